"""What an untouched complaint leads to, and what holds whatever is said and whenever it rings."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.complaint import Ending, RemedyKind, Signal, Step
from bot.core.customer import OrderStatus
from bot.core.delivery import Kind
from bot.core.effects import AddTag, MoveComplaint, NotifySeller, Push, SetFields
from bot.core.service_settings import StepDeadlines
from handlers.complaint import steps
from tests.handlers.complaint.talk import Talk
from tests.handlers.shop import alerts, buyer, ring

BROKEN = "昨天收到的面霜瓶子碎了，漏了一箱子，气死了！！"


def complaining(**more: object) -> Talk:
    talk = Talk(buyer(OrderStatus.SIGNED, **more))
    talk.say(BROKEN)
    return talk


def at(step: Step) -> Talk:
    talk = complaining()
    if step >= Step.RESULT:
        talk.until_result()
    if step is Step.FOLLOW_UP:
        talk.seller(Signal.SATISFIED)
    assert talk.complaint.step is step
    return talk


class TestListening:
    def test_the_seller_is_told_once_with_all_the_words(self) -> None:
        talk = complaining()
        talk.say("一层泡沫都没有")
        talk.say("", heard=False)
        talk.ring()
        [alert] = talk.alerts
        assert "一层泡沫都没有" in alert and "1 样图片" in alert and "投诉 1 完成" in alert
        assert talk.complaint.step is Step.TALK

    def test_who_said_no_more_needs_no_second_alert(self) -> None:
        talk = complaining()
        talk.ring()
        assert talk.alerts == []
        assert talk.complaint.step is Step.TALK

    def test_nor_does_what_was_told_of_the_second_chance(self) -> None:
        talk = at(Step.FOLLOW_UP)
        talk.ring()
        talk.say("没好，还是碎的")
        talk.ring()
        assert talk.alerts == []


class TestSellerSide:
    def test_reminded_then_everybody_then_given_up(self) -> None:
        talk = complaining()
        talk.ring()
        told = [talk.ring() or talk.alerts[0] for _ in range(4)]
        assert all("投诉 1" in alert for alert in told)
        assert "晚了3小时" in told[1]
        assert "店主" in told[2] and "店主" not in told[0]
        assert "没有处理完" in told[3]
        assert talk.customer.complaints == ()
        assert [m.ending for m in talk.moves] == [Ending.UNRESOLVED]
        assert SetFields(1, {"stopped_at": talk.now}) in talk.found
        assert any(isinstance(e, AddTag) and e.name == "流失风险" for e in talk.found)

    def test_nothing_is_said_to_the_buyer_meanwhile(self) -> None:
        talk = complaining()
        before = len(talk.told)
        while talk.customer.complaints:
            talk.ring()
        assert len(talk.told) == before

    def test_each_alert_has_its_own_key(self) -> None:
        talk, keys = complaining(), []
        while talk.customer.complaints:
            talk.ring()
            keys += [e.key for e in talk.found if isinstance(e, NotifySeller)]
        assert len(keys) == len(set(keys)) == 4


class TestResult:
    def test_the_buyer_then_the_seller_then_the_follow_up(self) -> None:
        talk = at(Step.RESULT)
        assert "还等您一句话" in talk.ring()[0]
        assert talk.alerts == []
        assert talk.ring() == []
        assert "投诉 1 满意" in talk.alerts[0]
        assert talk.ring() == []
        assert talk.complaint.step is Step.FOLLOW_UP

    @pytest.mark.parametrize("step", [Step.RESULT, Step.FOLLOW_UP])
    def test_where_the_bot_may_not_speak_the_seller_gets_the_words(self, step: Step) -> None:
        talk = at(step)
        talk.refused = lambda kind: "超过 48 小时没说话" if kind is Kind.COMPLAINT else ""
        assert talk.ring() == []
        [alert] = talk.alerts
        assert "超过 48 小时" in alert and "面霜瓶子碎了" in alert
        assert talk.complaint.due_at > talk.now

    @pytest.mark.parametrize("field", ["red_line_at", "taken_over_until"])
    def test_where_a_person_talks_it_is_silent(self, field: str) -> None:
        talk = at(Step.RESULT)
        until = talk.complaint.due_at + timedelta(minutes=1)
        talk.write([SetFields(1, {field: until})])
        assert talk.ring() == []
        assert len(talk.alerts) == 1


class TestFollowUp:
    def test_the_buyer_is_asked_then_the_seller_then_it_ends(self) -> None:
        talk = at(Step.FOLLOW_UP)
        assert "都好了吗" in talk.ring()[0]
        assert talk.complaint.asked_at == talk.now
        talk.ring()
        assert "别推销" in talk.alerts[0]
        talk.ring()
        assert [m.ending for m in talk.moves] == [Ending.SILENT]
        assert talk.customer.complaints == ()

    def test_it_is_asked_on_its_day_whether_or_not_somebody_reported_the_remedy_done(self) -> None:
        talk = complaining()
        talk.until_result()
        talk.promise(RemedyKind.RESEND, timedelta(days=1))
        talk.seller(Signal.SATISFIED)
        assert talk.customer.complaints[0].due_at >= talk.now + timedelta(days=4)
        assert "都好了吗" in talk.ring()[0]

    def test_when_nobody_could_ask_it_is_tried_again(self) -> None:
        talk = at(Step.FOLLOW_UP)
        talk.refused = lambda _: "窗口关了"
        talk.ring()
        talk.refused = lambda _: ""
        assert "都好了吗" in talk.ring()[0]


class TestRemedies:
    @pytest.mark.parametrize(
        ("kind", "words"), [(RemedyKind.RESEND, ""), (RemedyKind.EXCHANGE, "寄回的单号")]
    )
    def test_due_it_is_told_with_what_to_type(self, kind: RemedyKind, words: str) -> None:
        talk = complaining()
        talk.until_result()
        talk.promise(kind, timedelta(days=1))
        [told] = alerts(ring(talk.customer, "remedy", "10", talk.now + timedelta(days=1)))
        assert kind.value in told and words in told
        assert "投诉 1 办好" in told and "投诉 1 改期 明天" in told

    def test_what_is_done_or_unknown_is_left_alone(self) -> None:
        assert ring(complaining().customer, "remedy", "10", complaining().now) == []


def test_the_shipped_deadlines_stick_nowhere() -> None:
    assert steps.check(StepDeadlines().plan) == []


def test_a_ring_of_what_is_closed_does_nothing() -> None:
    assert ring(buyer(OrderStatus.SIGNED), "complaint", "7", complaining().now) == []


WORDS = st.sampled_from(
    [
        BROKEN,
        "洗面奶也是坏的，泵头压不出来，什么质量！",
        "满意",
        "都满意",
        "不满意",
        "没好，还是碎的",
        "等收到再说",
        "面霜多少钱",
        "包邮吗",
        "在吗",
        "好的",
        "谢谢",
        "投诉",
        "5 2 4 1",
        "照片发你",
        "我的快递到哪了",
        "快递怎么还没到，垃圾店",
        "建议包好点",
        "退订",
        "转人工",
        "A100那单",
        "随便",
        "",
    ]
)
SIGNALS = st.sampled_from([s for s in Signal if s not in (Signal.OPENED, Signal.MISREAD, Signal.TIMEOUT)])
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), WORDS),
        st.tuples(st.just("ring"), st.integers(0, 2)),
        st.tuples(st.just("seller"), SIGNALS),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("refuse"), st.booleans()),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(HAPPENINGS)
def test_whatever_happens_every_open_complaint_has_its_deadline_and_nothing_is_said_twice(
    happenings: list[tuple[str, object]],
) -> None:
    talk = complaining()
    said: dict[int, list[str]] = {}
    for what, value in happenings:
        _happen(talk, what, value)
        told = [e.move.sent for e in talk.found if isinstance(e, MoveComplaint)]
        assert all(e.text in told for e in talk.found if isinstance(e, Push))
        for effect in talk.found:
            if isinstance(effect, MoveComplaint) and effect.move.sent and effect.move.actor != "老板":
                said.setdefault(effect.complaint_id, []).append(effect.move.sent)
        assert all(c.due_at >= talk.now for c in talk.customer.complaints)
        assert len({c.id for c in talk.customer.complaints}) == len(talk.customer.complaints)
    for texts in said.values():
        assert len(texts) == len(set(texts))
    _runs_out(talk)


def _happen(talk: Talk, what: str, value: object) -> None:
    talk.found = []
    open_ones = talk.customer.complaints
    match what, value:
        case "say", str(text):
            talk.say(text, heard=bool(text))
        case "refuse", bool(refuses):
            talk.refused = (lambda _: "窗口关了") if refuses else (lambda _: "")
        case "wait", int(hours):  # the clock never passes a deadline without ringing it
            then = min([talk.now + timedelta(hours=hours), *(c.due_at for c in open_ones)])
            talk.now = max(talk.now, then)
        case "ring", int(number) if open_ones:
            talk.ring(min(open_ones, key=lambda c: (c.due_at, number)).id)
        case "seller", Signal() as signal if len(open_ones) == 1:
            with suppress(steps.Refusal):
                talk.seller(signal, words="话")


def _runs_out(talk: Talk) -> None:
    """Left alone, everything ends, and the buyer is asked at most a few times."""
    before = len(talk.told)
    for _ in range(60 * (1 + len(talk.customer.complaints))):
        if not talk.customer.complaints:
            break
        talk.ring(min(talk.customer.complaints, key=lambda c: c.due_at).id)
        assert all(isinstance(e.key, str) for e in talk.found if isinstance(e, Push))
    assert talk.customer.complaints == ()
    assert len(talk.told) - before <= 12
