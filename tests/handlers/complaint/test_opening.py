"""A buyer complains: what opens a complaint, what goes into it, and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.complaint import Ending, Signal, Step
from bot.core.customer import OrderStatus, TagSource
from bot.core.effects import AddTag, KeepScores, NotifySeller, SetFields
from handlers.care.review import AGAIN
from handlers.complaint import collecting
from handlers.complaint.opening import stop
from handlers.complaint.result import RECOVERED
from tests.handlers.complaint.talk import Talk, shop
from tests.handlers.shop import NOW, SHOP, after, buyer, order, situation

BROKEN = "昨天收到的面霜瓶子碎了，漏了一箱子，气死了！！"
PUMP = "洗面奶也是坏的，泵头压不出来，什么质量！"
SIGNED = buyer(OrderStatus.SIGNED)


def complaining(text: str = BROKEN) -> Talk:
    talk = Talk(SIGNED)
    talk.say(text)
    return talk


def bought(days: int) -> Talk:
    """Of whom marks are asked ten days after the order."""
    ordered = replace(order(OrderStatus.SIGNED), created_at=NOW - timedelta(days=days))
    return Talk(replace(SIGNED, orders=(ordered,)))


def at_result() -> Talk:
    talk = complaining()
    talk.until_result()
    assert talk.complaint.step is Step.RESULT
    return talk


class TestOpening:
    def test_attitude_first_and_the_concrete_thing_and_the_order(self) -> None:
        talk = Talk(SIGNED, shop(hotline="0571-88888888"))
        said = talk.say(BROKEN) or ""
        assert said.startswith("面霜瓶子碎了，听着就恼火，对不起。")
        assert "记在A100（玫瑰面霜×2）" in said
        assert "0571-88888888" in said
        one = talk.complaint
        assert (one.step, one.matter, one.order_number) == (Step.LISTEN, "玫瑰面霜", "A100")
        assert one.due_at == NOW + timedelta(minutes=10)
        assert one.said == {said}

    def test_the_alert_has_all_that_the_seller_needs(self) -> None:
        [alert] = complaining().alerts
        for words in (
            "小王",
            "漏了一箱子",
            "A100",
            "玫瑰面霜",
            "投诉 1 道歉",
            "面霜瓶子碎了，是我们没做好",
            "读错了",
        ):
            assert words in alert

    @pytest.mark.parametrize(
        "text", ["投诉", "我要投诉", "要举报", "怎么投诉", "投诉电话多少", "我要投诉你们！"]
    )
    def test_the_bare_word_is_answered_with_how(self, text: str) -> None:
        talk = Talk(settings=shop(hotline="0571-88888888"))
        said = talk.say(text) or ""
        assert "就在这里说" in said and "0571-88888888" in said
        assert talk.complaint.step is Step.LISTEN

    @pytest.mark.parametrize("text", ["我不投诉", "不想投诉你们", "面霜多少钱", "5 4 3 5", "希望出个小瓶装"])
    def test_what_is_none(self, text: str) -> None:
        talk = Talk(SIGNED)
        talk.say(text)
        assert talk.customer.complaints == ()

    def test_low_marks_open_one_that_names_the_dimension(self) -> None:
        talk = Talk(SIGNED)
        assert "打包、服务没让您满意，对不起" in (talk.say("5 2 4 1") or "")
        assert "低分：打包、服务" in talk.alerts[0]
        assert (talk.complaint.source, talk.complaint.words) == ("大评委", "5 2 4 1")

    @pytest.mark.parametrize(
        "text",
        ["物流5 仓储5 质量5 流程5", "质量5 物流5 服务5 包装5", "五 五 四 三", "都是5分", "全5分", "都5"],
    )
    @pytest.mark.parametrize("days", [3, 12], ids=["unasked", "asked"])
    def test_marks_are_thanked_and_ask_nothing(self, days: int, text: str) -> None:
        talk = bought(days)
        assert "打分" in (talk.say(text) or "")
        assert (talk.customer.complaints, talk.customer.question) == ((), None)
        assert any(isinstance(e, KeepScores) for e in talk.found)

    @pytest.mark.parametrize("text", ["5，4，5，6", "物流6 仓储5 质量5 流程5", "10 10 10 10", "5 4 3"])
    def test_marks_that_are_none_are_asked_for_again(self, text: str) -> None:
        talk = bought(12)
        assert talk.say(text) == AGAIN
        assert (talk.customer.complaints, talk.customer.question, talk.alerts) == ((), None, [])
        assert not any(isinstance(e, KeepScores) for e in talk.found)
        assert "谢谢您认真打分" in (talk.say("都是5分") or "")

    def test_marks_that_nobody_asked_for_open_nothing(self) -> None:
        early, stranger, late = bought(3), Talk(), bought(60)
        for talk in (early, stranger, late):
            assert talk.say("5，4，5，6") not in (None, AGAIN)
            assert talk.customer.complaints == ()
        assert "打分" in (Talk().say("质量5 物流5 服务5 包装5") or "")

    def test_a_low_mark_has_the_complaints_deadline_and_no_clock_beside_it(self) -> None:
        talk = bought(12)
        talk.say("5 4 5 1")
        assert (talk.complaint.source, talk.complaint.urgency) == ("大评委", "普通")
        assert talk.customer.question is None
        talk.say("客服半天不理人")
        assert talk.customer.question is not None

    def test_angry_words_beside_marks_are_heard(self) -> None:
        talk = bought(12)
        talk.say("物流5 质量5 客服太垃圾了气死人！！")
        assert talk.complaint.step is Step.LISTEN

    def test_a_parcel_is_the_orders_to_answer_unless_they_are_cross(self) -> None:
        calm, cross = Talk(buyer(OrderStatus.SHIPPED)), Talk(buyer(OrderStatus.SHIPPED))
        calm.say("快递怎么还没到")
        said = cross.say("快递怎么还没到，垃圾店") or ""
        assert calm.customer.complaints == ()
        assert "对不起" in said and "中通 7312" in said
        assert len(cross.opened) == 1 and len(cross.alerts) == 1

    def test_the_second_complaint_reads_another_sentence(self) -> None:
        talk = complaining()
        talk.wait(minutes=30)
        second = talk.say(PUMP) or ""
        assert "对不起" in second and second not in talk.told[:-1]
        assert "听着就恼火" not in second

    def test_a_guess_is_said_to_be_one_and_can_be_corrected(self) -> None:
        orders = (order(OrderStatus.SIGNED), replace(order(OrderStatus.SIGNED, "桃花面膜"), number="A101"))
        talk = Talk(replace(SIGNED, orders=orders))
        assert "不是这单就告诉我" in (talk.say("瓶子碎了，气死人") or "")
        assert (talk.complaint.matter, talk.complaint.order_number) == ("", "A100")
        assert "猜的" in talk.alerts[0]
        assert talk.say("是面膜那单") is None
        assert (talk.complaint.matter, talk.complaint.order_number) == ("桃花面膜", "A101")

    def test_a_person_and_opting_out_come_before(self) -> None:
        talk = complaining()
        assert talk.say("转人工") == SHOP.texts.human
        assert talk.say("退订") == SHOP.texts.opted_out


class TestListening:
    @pytest.mark.parametrize(
        "text", ["一层泡沫都没有", "包邮吗", "面霜多少钱", "在吗", "好的", "洗面奶有货吗", "谢谢"]
    )
    def test_nothing_cuts_in(self, text: str) -> None:
        talk = complaining()
        assert talk.say(text) is None
        assert talk.alerts == []
        assert text in talk.complaint.words

    def test_pictures_and_their_words_are_counted(self) -> None:
        talk = complaining()
        for text, heard in (("", False), ("拍给你", True), ("碎成这样\n", False)):
            assert talk.say(text, heard=heard) is None
        assert talk.complaint.evidence == 3

    def test_listening_goes_on_with_every_word_but_not_for_ever(self) -> None:
        talk = complaining()
        for _ in range(20):
            talk.wait(minutes=5)
            talk.say("还有呢")
        assert NOW + timedelta(hours=1) == talk.complaint.due_at.replace(second=0) or (
            talk.complaint.due_at <= talk.now
        )

    def test_whoever_asks_where_to_complain_is_told(self) -> None:
        talk = complaining()
        assert "就在这里说" in (talk.say("投诉") or "")

    def test_what_is_said_for_long_stays_bearable(self) -> None:
        talk = complaining()
        for n in range(60):
            talk.say(f"{n}" + "真的很生气" * 90)
        assert len(talk.complaint.words) < 5000
        assert talk.complaint.words.startswith("昨天收到的面霜瓶子碎了")


class TestGoingOn:
    def test_a_plain_question_is_answered_as_always(self) -> None:
        talk = complaining()
        talk.ring()
        assert talk.say("面霜多少钱") == "玫瑰面霜 129元一瓶，有货。"
        assert "面霜多少钱" not in talk.complaint.words

    @pytest.mark.parametrize("text", ["到底什么时候给我处理啊！", "那个盖子", "照片看到了没", "人呢"])
    def test_what_the_seller_must_answer_reaches_him_with_the_step(self, text: str) -> None:
        talk = complaining()
        talk.ring()
        talk.say(text)
        [alert] = talk.alerts
        assert text in alert and "投诉 1 完成" in alert
        assert [e.awaits for e in talk.found if isinstance(e, NotifySeller)] == [True]
        assert text in talk.complaint.words

    def test_it_is_noted_aloud_but_not_to_who_goes_on_telling(self) -> None:
        talk = complaining()
        talk.ring()
        talk.wait(hours=1)
        said = [talk.say("你们看着办"), talk.say("那个盖子也")]
        assert said == [SHOP.complaints.texts.noted[0].format(), None]

    def test_another_matter_is_another_complaint(self) -> None:
        talk = complaining()
        talk.ring()
        talk.say(PUMP)
        assert [c.product for c in talk.customer.complaints] == ["玫瑰面霜", "氨基酸洁面乳"]

    def test_the_same_matter_is_not(self) -> None:
        talk = complaining()
        talk.ring()
        talk.say("面霜的盖子也裂了，太过分了")
        assert "盖子也裂了" in talk.complaint.words


class TestResult:
    @pytest.mark.parametrize("text", ["满意，谢谢你们", "可以", "好的"])
    def test_satisfied(self, text: str) -> None:
        talk = at_result()
        assert "谢谢" in (talk.say(text) or "")
        assert talk.complaint.step is Step.FOLLOW_UP
        assert [e.awaits for e in talk.found if isinstance(e, NotifySeller)] == [False]

    def test_a_question_beside_the_yes_is_answered(self) -> None:
        assert "129元" in (at_result().say("满意，面霜多少钱") or "")

    def test_not_satisfied_is_the_final_offer(self) -> None:
        talk = at_result()
        assert "对不起" in (talk.say("不满意，我等不了三天") or "")
        assert (talk.complaint.step, talk.complaint.final) == (Step.ACT, True)
        assert "等不了三天" in talk.alerts[0] and "投诉 1 方案" in talk.alerts[0]

    def test_what_is_neither_goes_to_the_seller(self) -> None:
        talk = at_result()
        talk.say("等收到再说吧")
        assert talk.complaint.step is Step.RESULT
        assert "投诉 1 满意" in talk.alerts[0]

    def test_a_plain_question_is_no_verdict(self) -> None:
        talk = at_result()
        assert talk.say("面霜多少钱") == "玫瑰面霜 129元一瓶，有货。"
        assert talk.complaint.step is Step.RESULT

    def test_all_well_after_the_follow_up_is_won_back(self) -> None:
        talk = at_result()
        talk.say("满意")
        assert "都好了吗" in talk.ring()[0]
        said = talk.say("都好了")
        assert said == SHOP.complaints.texts.closed[0]
        assert [m.ending for m in talk.moves] == [Ending.RECOVERED]
        assert any(isinstance(e, AddTag) and e.name == RECOVERED for e in talk.found)
        assert RECOVERED in talk.alerts[0]

    def test_still_unhappy_after_the_follow_up_is_a_second_chance(self) -> None:
        talk = at_result()
        talk.say("满意")
        talk.ring()
        assert "对不起" in (talk.say("没好，还是有怪味") or "")
        one = talk.complaint
        assert (one.step, one.round, one.apologised_at, one.final) == (Step.LISTEN, 2, None, False)
        assert "还是有怪味" in talk.alerts[0]

    def test_broken_again_before_the_follow_up_is_one_too(self) -> None:
        talk = at_result()
        talk.say("满意")
        talk.wait(days=1)
        talk.say("换来的面霜又碎了，太过分了")
        assert talk.complaint.step is Step.LISTEN

    def test_several_asked_at_once(self) -> None:
        talk = at_result()
        talk.say(PUMP)
        pump = talk.customer.complaints[1]
        settled = replace(pump, step=Step.RESULT, asked_at=talk.now + timedelta(hours=1))
        talk.customer = replace(talk.customer, complaints=(talk.numbered(1), settled))
        before = talk.customer
        talk.say("满意")  # what was asked last
        assert [c.step for c in talk.customer.complaints] == [Step.RESULT, Step.FOLLOW_UP]
        talk.customer = before
        talk.say("面霜的满意")  # what is named
        assert [c.step for c in talk.customer.complaints] == [Step.FOLLOW_UP, Step.RESULT]
        talk.customer = before
        talk.say("都满意")
        assert [c.step for c in talk.customer.complaints] == [Step.FOLLOW_UP, Step.FOLLOW_UP]

    def test_a_yes_while_another_is_listened_to_belongs_to_the_question(self) -> None:
        talk = at_result()
        talk.say(PUMP)
        talk.say("那个满意了")
        assert [c.step for c in talk.customer.complaints] == [Step.FOLLOW_UP, Step.LISTEN]
        assert talk.say("好的") is None


class TestRedLine:
    def test_people_first_then_silence(self) -> None:
        talk = Talk(SIGNED)
        assert (talk.say("孩子误食了你们的面霜，现在在医院急诊") or "").startswith(SHOP.texts.harm)
        assert SetFields(1, {"red_line_at": NOW}) in talk.found
        [alert] = talk.alerts
        assert alert.startswith("红线") and "交还 小王" in alert and "投诉 1 道歉" in alert
        assert talk.complaint.urgency == "红线"
        for text in ("面霜多少钱", "在吗", "投诉"):
            assert talk.say(text) is None

    def test_within_an_open_complaint_it_is_told_at_once(self) -> None:
        talk = complaining()
        assert talk.say("我要打12315") is None
        assert talk.complaint.urgency == "红线"
        assert talk.alerts[0].startswith("红线")
        assert talk.customer.red_line_at == NOW

    def test_the_shops_own_words(self) -> None:
        talk = Talk(SIGNED, shop(red_line=("假货",)))
        talk.say("你们卖假货")
        assert talk.customer.red_line_at == NOW


class TestWhileAPersonTalks:
    def test_what_is_said_belongs_to_the_complaint_too(self) -> None:
        talk = complaining()
        until = NOW + timedelta(minutes=30)
        talk.customer = replace(talk.customer, taken_over_by="老板", taken_over_until=until)
        at_hand = situation(talk.customer, "泡沫都没有一层")
        [heard] = collecting.record(at_hand)
        assert "泡沫都没有一层" in after(talk.customer, [heard]).complaints[0].words
        assert collecting.record(situation(talk.customer, "面霜多少钱")) == []
        fake = shop(red_line=("假货",))
        assert stop(situation(SIGNED, "你们卖假货", settings=fake)) != []
        assert stop(situation(talk.customer, "你们卖假货", settings=fake)) == []


class TestSuggestion:
    def test_thanked_once_each_way_and_passed_on(self) -> None:
        talk = Talk()
        said = [talk.say("建议你们出个小瓶装"), talk.say("希望以后包装好一点")]
        assert said == list(SHOP.complaints.texts.suggestion)
        assert [e.awaits for e in talk.found if isinstance(e, NotifySeller)] == [False]
        assert any(isinstance(e, AddTag) and e.source is TagSource.BOT for e in talk.found)

    def test_a_question_beside_it_comes_first(self) -> None:
        assert Talk().say("建议你们出个小瓶装，面霜多少钱") == "玫瑰面霜 129元一瓶，有货。"

    def test_a_complaint_is_more_than_a_suggestion(self) -> None:
        talk = Talk(SIGNED)
        talk.say("瓶子碎了，建议你们包好点")
        assert talk.complaint.step is Step.LISTEN


def test_a_seller_who_apologises_while_they_talk_is_heard() -> None:
    talk = complaining()
    talk.seller(Signal.APOLOGISED, sent="对不起")
    assert talk.complaint.step is Step.ANALYSE
