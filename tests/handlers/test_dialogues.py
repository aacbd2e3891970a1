"""Small conversations: who says what, what the buyer hears, what the seller is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.customer import Consultation, Customer, OrderStatus, Tag, TagSource
from bot.core.effects import AddTag, OpenConsultation, SetFields
from handlers import needs_silence
from tests.handlers.shop import (
    KNOWN,
    NEW,
    NOW,
    SHOP,
    after,
    alerts,
    buyer,
    effects,
    order,
    reply,
    situation,
)

TEXTS = SHOP.texts
PRICE = "玫瑰面霜 129元一瓶，有货。"
INTRODUCTION = "你好，我是小林护肤的自动小助手。"
HELLO = TEXTS.hello.format(shop="小林护肤")
POSTAGE = "满99元包邮，不满收8元邮费；新疆、西藏、内蒙古另加10元。"


def tagged(product: str, ago: timedelta) -> Customer:
    tag = Tag(f"关注{product}", TagSource.BOT, NOW - ago, NOW - ago)
    return replace(KNOWN, tags=(tag,))


class TestGreeting:
    def test_two_identical_zai_ma_greet_once(self) -> None:
        first = effects(NEW, "在吗")
        second = effects(after(NEW, first), "在吗", message_id="m2")
        assert reply(first) == HELLO
        assert SetFields(1, {"greeted_at": NOW}) in first
        assert reply(second) == "在的，您说。"
        assert not any(isinstance(e, SetFields) for e in second)

    def test_a_first_question_is_answered_in_the_same_message(self) -> None:
        found = effects(NEW, "面霜多少钱")
        assert reply(found) == f"{INTRODUCTION}\n{PRICE}"
        assert SetFields(1, {"greeted_at": NOW}) in found

    def test_a_greeting_before_the_question_needs_no_answer_of_its_own(self) -> None:
        assert reply(effects(KNOWN, "你好，面霜多少钱")) == PRICE

    def test_pieces_are_answered_as_one(self) -> None:
        assert reply(effects(KNOWN, "你好\n那个面霜\n多少钱")) == PRICE

    @pytest.mark.parametrize("text", ["好的", "嗯嗯", "[OK]", "😊", "知道了"])
    def test_a_nod_is_left_alone(self, text: str) -> None:
        assert effects(KNOWN, text) == []

    def test_thanks(self) -> None:
        assert reply(effects(KNOWN, "好的谢谢")) == "不客气。"

    def test_an_unknown_face_with_an_emoticon_is_greeted(self) -> None:
        assert reply(effects(NEW, "[微笑]")) == HELLO


class TestProducts:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("面霜多少钱", PRICE),
            ("面霜有货吗", "玫瑰面霜有货，129元一瓶。"),
            ("面双怎么卖", PRICE),
            ("mianshuang多少钱", PRICE),
            ("面霜多少钱，包邮吗", f"{PRICE}\n{POSTAGE}"),
            ("包邮吗？面霜多少钱", f"{PRICE}\n{POSTAGE}"),
            ("面霜和洗面奶多少钱", f"{PRICE}\n氨基酸洁面乳 69元一支，有货。"),
            ("爽肤水怎么用", f"积雪草爽肤水：{SHOP.products[2].usage}"),
            ("面霜能用多久", "玫瑰面霜一瓶大约能用60天。"),
            ("面霜怎么样", f"玫瑰面霜：{SHOP.products[0].about}"),
            ("玫瑰面霜", f"{PRICE}\n{SHOP.products[0].about}"),
            ("面霜多少钱怎么用", f"{PRICE}\n{SHOP.products[0].usage}"),
            ("面霜敏感肌能用吗", "每个人皮肤不一样，我不敢打包票。先在耳后试一两天，没有不舒服再上脸。"),
        ],
    )
    def test_facts_come_first(self, text: str, answer: str) -> None:
        assert reply(effects(KNOWN, text)) == answer

    def test_what_is_sold_out_is_said_and_the_seller_hears_who_asks(self) -> None:
        found = effects(KNOWN, "面膜还有吗")
        assert reply(found) == ("桃花面膜 59元一盒，现在没货。什么时候补我不知道，已经告诉店主您在问。")
        assert "回 小王" in alerts(found)[0]
        assert alerts(found)[0].startswith("小王 问 桃花面膜")

    def test_who_wants_to_buy_hears_how_and_the_seller_hears_of_it(self) -> None:
        found = effects(KNOWN, "给我来两瓶面霜")
        assert reply(found) == f"{PRICE}\n{TEXTS.buying}"
        assert "想买" in alerts(found)[0]

    def test_what_is_sold_out_is_not_sold(self) -> None:
        assert TEXTS.buying not in (reply(effects(KNOWN, "要两盒面膜")) or "")

    @pytest.mark.parametrize("text", ["上次买两瓶面霜碎了一瓶", "买两瓶面霜送什么", "要两瓶面霜能便宜吗"])
    def test_speaking_of_two_is_not_buying_two(self, text: str) -> None:
        assert TEXTS.buying not in (reply(effects(KNOWN, text)) or "")

    def test_a_question_without_product_is_about_the_one_just_asked(self) -> None:
        asked = after(KNOWN, effects(KNOWN, "精华有货吗"))
        assert reply(effects(asked, "那多少钱")) == "玻尿酸精华液 159元一瓶，有货。"

    @pytest.mark.parametrize("text", ["眼霜多少钱", "手霜有货吗", "防晒衣多少钱"])
    def test_but_not_about_something_else(self, text: str) -> None:
        assert reply(effects(tagged("玫瑰面霜", timedelta(minutes=1)), text)) == TEXTS.unknown

    def test_nor_about_what_was_asked_last_week(self) -> None:
        answer = reply(effects(tagged("玫瑰面霜", timedelta(days=7)), "多少钱"))
        assert answer is not None
        assert "玫瑰面霜 129元/瓶\n氨基酸洁面乳 69元/支" in answer

    def test_how_to_use_is_about_what_was_bought(self) -> None:
        assert reply(effects(buyer(OrderStatus.SIGNED), "怎么用")) == f"玫瑰面霜：{SHOP.products[0].usage}"

    def test_what_the_description_does_not_say_goes_to_the_seller(self) -> None:
        found = effects(KNOWN, "用了面霜脸有点红怎么办")
        assert reply(found) == TEXTS.unknown
        assert "脸有点红" in alerts(found)[0]


class TestParcel:
    def test_nothing_on_record(self) -> None:
        found = effects(KNOWN, "我的快递到哪了")
        assert reply(found) == TEXTS.no_orders
        assert "订单 小王 商品 金额" in alerts(found)[0]

    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (OrderStatus.CREATED, "玫瑰面霜×2已经拍下，还没付款，付了就安排发货。"),
            (OrderStatus.PAID, "玫瑰面霜×2已经付款，还没发出。发出后单号会发给您。"),
            (OrderStatus.SHIPPED, "玫瑰面霜×2，11月18日已经寄出：\n中通 7312"),
            (OrderStatus.SIGNED, TEXTS.order_signed.format(goods="玫瑰面霜×2", day="11月20日")),
            (OrderStatus.REFUNDED, "玫瑰面霜×2这一单已经退款。"),
        ],
    )
    def test_answered_from_the_order(self, status: OrderStatus, answer: str) -> None:
        found = effects(buyer(status), "我的快递到哪了")
        assert reply(found) == answer
        assert alerts(found) == []

    def test_signed_but_not_there_is_the_sellers(self) -> None:
        found = effects(buyer(OrderStatus.SIGNED), "我没收到货")
        assert reply(found) == TEXTS.parcel_missing.format(goods="玫瑰面霜×2", day="11月20日")
        assert "中通 7312" in alerts(found)[0]

    def test_a_general_question_is_the_faqs(self) -> None:
        assert reply(effects(KNOWN, "几天能到")) == SHOP.faq[2].answer
        shipped = reply(effects(buyer(OrderStatus.SHIPPED), "几天能到")) or ""
        assert "中通 7312" in shipped
        assert SHOP.faq[2].answer in shipped

    def test_all_that_is_under_way(self) -> None:
        customer = buyer(OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.SIGNED)
        answer = reply(effects(customer, "到哪了")) or ""
        assert answer.count("玫瑰面霜×2") == 2

    def test_a_shipped_order_without_a_number_says_so(self) -> None:
        customer = replace(KNOWN, orders=(order(OrderStatus.SHIPPED, tracking=""),))
        assert "单号店主还没录上" in (reply(effects(customer, "到哪了")) or "")


class TestPeople:
    def test_the_seller_has_taken_over(self) -> None:
        taken = replace(KNOWN, taken_over_by="老板", taken_over_until=NOW + timedelta(minutes=5))
        for text in ("面霜多少钱", "转人工", "你好", "你是机器人吗", "随便什么"):
            found = effects(taken, text)
            assert reply(found) is None
            assert text in alerts(found)[0]
            assert "回 小王" in alerts(found)[0]
        assert reply(effects(replace(taken, taken_over_until=NOW), "面霜多少钱")) == PRICE

    @pytest.mark.parametrize("text", ["转人工", "面霜多少钱 算了转人工", "叫老板来", "人工"])
    def test_asking_for_a_person_always_wins(self, text: str) -> None:
        found = effects(KNOWN, text)
        assert reply(found) == TEXTS.human
        assert len(alerts(found)) == 1

    def test_it_says_what_it_is(self) -> None:
        machine = TEXTS.machine.format(shop="小林护肤")
        assert reply(effects(NEW, "你是机器人吗")) == machine
        assert reply(effects(KNOWN, "是真人吗？面霜多少钱")) == f"{machine}\n{PRICE}"

    def test_what_it_does_not_know_it_says_once(self) -> None:
        found = effects(KNOWN, "能不能送礼盒")
        assert reply(found) == TEXTS.unknown
        [alert] = alerts(found)
        assert alert.startswith("小王：能不能送礼盒\n我答不上来，已说你看到就回。\n回他就打：回 小王 文字\n")
        assert alert.endswith("打：是投诉")

    def test_the_next_question_is_handed_over_in_other_words(self) -> None:
        asked = after(KNOWN, effects(KNOWN, "能不能送礼盒"))
        assert reply(effects(asked, "能不能刻字", message_id="m2")) == TEXTS.unknown_again

    def test_a_picture(self) -> None:
        found = effects(KNOWN, "", heard=False)
        assert reply(found) == TEXTS.media
        assert "看不了" in alerts(found)[0]

    def test_a_picture_among_the_pieces_is_not_lost(self) -> None:
        found = effects(KNOWN, "面霜多少钱\n", heard=False)
        assert reply(found) == f"{PRICE}\n{TEXTS.media}"
        assert len(alerts(found)) == 1

    @pytest.mark.parametrize("text", ["拍了两瓶", "面霜收到了很好用", "瓶子碎了"])
    def test_news_is_no_question(self, text: str) -> None:
        found = effects(KNOWN, text)
        assert reply(found) == TEXTS.noted
        assert text in alerts(found)[0]

    @pytest.mark.parametrize("text", ["/客户 张三", "停 全部", "预览 7", "群发 全部 你好", "撤"])
    def test_commands_of_buyers_are_words(self, text: str) -> None:
        assert reply(effects(KNOWN, text)) == TEXTS.noted

    def test_help_is_an_ordinary_question(self) -> None:
        assert "找店主回复 人工" in (reply(effects(KNOWN, "帮助")) or "")


class TestOptOut:
    def test_it_is_noted_confirmed_and_told(self) -> None:
        found = effects(NEW, "退订")
        assert SetFields(1, {"opted_out_at": NOW}) in found
        assert reply(found) == TEXTS.opted_out
        assert alerts(found)[0].startswith("小王 退订了")

    def test_again_it_is_only_confirmed(self) -> None:
        found = effects(replace(KNOWN, opted_out_at=NOW), "退订")
        assert reply(found) == TEXTS.opted_out
        assert len(found) == 1

    def test_with_a_parcel_to_send_the_seller_hears_of_the_other_meaning(self) -> None:
        assert "别发货" in alerts(effects(buyer(OrderStatus.PAID), "别发了"))[0]


class TestRecords:
    def test_a_question_before_any_order_is_a_consultation(self) -> None:
        found = effects(KNOWN, "面霜多少钱")
        assert OpenConsultation(1, "玫瑰面霜", "面霜多少钱", Decimal(129)) in found
        assert AddTag(1, "关注玫瑰面霜", TagSource.BOT, "面霜多少钱") in found

    def test_the_next_question_joins_the_same_product(self) -> None:
        open_one = Consultation(1, 1, "玫瑰面霜", "面霜多少钱", NOW, NOW)
        found = effects(replace(KNOWN, consultations=(open_one,)), "包邮吗")
        assert OpenConsultation(1, "玫瑰面霜", "包邮吗") in found

    def test_a_question_about_no_product(self) -> None:
        assert OpenConsultation(1, None, "包邮吗") in effects(KNOWN, "包邮吗")

    @pytest.mark.parametrize(
        "text", ["在吗", "谢谢", "好的", "我的快递到哪了", "转人工", "退订", "你是机器人吗"]
    )
    def test_what_is_no_question_before_buying(self, text: str) -> None:
        assert not any(isinstance(e, OpenConsultation) for e in effects(KNOWN, text))

    def test_who_has_bought_is_no_longer_consulting(self) -> None:
        paid, cancelled = buyer(OrderStatus.PAID), buyer(OrderStatus.CANCELLED)
        assert not any(isinstance(e, OpenConsultation) for e in effects(paid, "面霜多少钱"))
        assert any(isinstance(e, OpenConsultation) for e in effects(cancelled, "面霜多少钱"))

    def test_a_parcel_is_no_interest(self) -> None:
        assert not any(isinstance(e, AddTag) for e in effects(KNOWN, "我买的面霜到哪了"))

    def test_records_are_kept_while_the_seller_talks(self) -> None:
        taken = replace(KNOWN, taken_over_until=NOW + timedelta(minutes=5))
        assert any(isinstance(e, OpenConsultation) for e in effects(taken, "面霜多少钱"))


class TestSilence:
    @pytest.mark.parametrize(
        "text", ["你好", "在吗", "那个面霜", "多少钱", "我想问下", "就是那个", "用了脸红"]
    )
    def test_worth_waiting(self, text: str) -> None:
        assert needs_silence(situation(KNOWN, text), effects(KNOWN, text))

    @pytest.mark.parametrize(
        "text",
        [
            "面霜多少钱",
            "包邮吗",
            "退订",
            "转人工",
            "你是机器人吗",
            "谢谢",
            "好的",
            "快递到哪了",
            "有什么产品",
        ],
    )
    def test_answered_at_once(self, text: str) -> None:
        assert not needs_silence(situation(KNOWN, text), effects(KNOWN, text))

    def test_with_the_product_in_mind_the_question_is_whole(self) -> None:
        asked = tagged("玫瑰面霜", timedelta(minutes=1))
        assert not needs_silence(situation(asked, "多少钱"), effects(asked, "多少钱"))
