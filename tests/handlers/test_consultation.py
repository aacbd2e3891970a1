"""Consultations: what goes on record, the one follow-up, and when nothing more is expected (PRACTICES 106)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.complaint import Complaint, Step
from bot.core.customer import Consultation, Customer, OpenQuestion, OrderItem, OrderStatus, Tag, TagSource
from bot.core.delivery import Kind
from bot.core.effects import (
    AddTag,
    CloseConsultations,
    Effect,
    FollowedUp,
    NotifySeller,
    OpenConsultation,
    Push,
    StartTimer,
)
from bot.core.service_settings import ConsultationSettings, ConsultationTexts
from bot.core.settings import Product, Settings
from handlers import consultation
from handlers.consultation.objections import ELSEWHERE, declined, objections_in
from handlers.consultation.timing import decent_hour
from handlers.consultation.wording import FOLLOWED, follow_up
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.understanding.meaning import Meaning
from tests.handlers.shop import KNOWN, NOW, READER, SHOP, buyer, order, situation

OF = SHOP.consultations
FACES = "玫瑰面霜"
WATER = "积雪草爽肤水"
MASK = "桃花面膜"  # sold out
NEVER_SAID = [
    "优惠",
    "打折",
    "特价",
    "下单",
    "活动",
    "新品",
    "限时",
    "抢",
    "折扣",
    "满减",
    "赠",
    "库存",
    "赶紧",
    "尽快",
]


def asked(
    product: str | None = FACES, words: str = "面霜多少钱", hours_ago: float = 20, **more: Any
) -> Consultation:
    at = NOW - timedelta(hours=hours_ago)
    return Consultation(more.pop("id", 1), 1, product, words, at, at, **more)


def asking(*open_ones: Consultation, **more: Any) -> Customer:
    return replace(KNOWN, consultations=open_ones or (asked(),), **more)


def rung(
    customer: Customer,
    product: str = FACES,
    now: datetime = NOW,
    refused: str | dict[Kind, str] = "",
    settings: Settings = SHOP,
) -> list[Effect]:
    why = refused if isinstance(refused, dict) else {Kind.CARE: refused}
    return consultation.ring(Ring(customer, product, settings, now, lambda kind: why.get(kind, "")))


def recorded(customer: Customer, text: str, **more: Any) -> list[Effect]:
    return consultation.record(situation(customer, text, **more))


def opened(effects: Sequence[Effect]) -> list[OpenConsultation]:
    return [e for e in effects if isinstance(e, OpenConsultation)]


def pushes(effects: Sequence[Effect]) -> list[Push]:
    return [e for e in effects if isinstance(e, Push)]


def tasks(effects: Sequence[Effect]) -> list[str]:
    return [e.text for e in effects if isinstance(e, NotifySeller)]


class TestRecord:
    @pytest.mark.parametrize(
        ("text", "price"),
        [
            ("面霜多少钱", "129"),
            ("面霜还有货吗", "129"),
            ("来两瓶面霜", "129"),
            ("那个面霜", "129"),
            ("面膜有货吗", "59"),
            ("面霜怎么用", None),
        ],
    )
    def test_the_price_that_the_answer_tells(self, text: str, price: str | None) -> None:
        assert [o.price for o in opened(recorded(KNOWN, text))] == [price and Decimal(price)]

    def test_no_price_while_the_seller_talks(self) -> None:
        taken = replace(KNOWN, taken_over_until=NOW + timedelta(minutes=5))
        assert [o.price for o in opened(recorded(taken, "面霜多少钱"))] == [None]

    def test_the_product_in_mind_has_its_price(self) -> None:
        again = opened(recorded(asking(asked(hours_ago=1)), "多少钱"))
        assert again == [OpenConsultation(1, FACES, "多少钱", Decimal(129))]

    def test_two_products_are_two_consultations(self) -> None:
        assert [o.product for o in opened(recorded(KNOWN, "面霜和爽肤水多少钱"))] == [FACES, WATER]

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("面霜多少钱，有点贵", ("嫌贵",)),
            ("有点贵，我再看看", ("嫌贵", "再想想")),
            ("太贵了", ("嫌贵",)),
            ("不能便宜点吗", ("嫌贵",)),
            ("我考虑一下", ("再想想",)),
            ("敏感肌能用吗", ("怕过敏",)),
        ],
    )
    def test_objections_to_what_is_open(self, text: str, names: tuple[str, ...]) -> None:
        [found] = opened(recorded(asking(asked(hours_ago=1)), text))
        assert (found.product, found.objections) == (FACES, names)

    @pytest.mark.parametrize(
        "text", ["面霜不贵吧", "不太贵啊", "不用考虑了，面霜有货吗", "我不是敏感肌，面霜多少钱"]
    )
    def test_what_is_denied_is_no_objection(self, text: str) -> None:
        assert objections_in(READER.read(text), OF.objections) == ()

    def test_what_was_said_before_stays_and_the_latest_is_last(self) -> None:
        one = asked(hours_ago=1, objections=("嫌贵", "要比较"))
        [found] = opened(recorded(asking(one), "还是太贵"))
        assert found.objections == ("要比较", "嫌贵")
        [nothing_new] = opened(recorded(asking(one), "包邮吗"))
        assert nothing_new.objections == ()

    @pytest.mark.parametrize("text", ["太贵了吧我去", "我再想想", "好的", "谢谢", "在吗"])
    def test_who_has_asked_nothing_raises_nothing(self, text: str) -> None:
        assert [o.product for o in opened(recorded(KNOWN, text)) if o.product] == []
        assert opened(recorded(asking(), "好的")) == []

    def test_the_timer_follows_the_last_question(self) -> None:
        timers = [e for e in recorded(KNOWN, "面霜多少钱") if isinstance(e, StartTimer)]
        # 10:00 and 20 hours are 6:00; the next opening is nearer than last night's closing
        assert timers == [StartTimer("consultation", 1, FACES, NOW + timedelta(hours=23))]

    @pytest.mark.parametrize("orders", [(OrderStatus.SIGNED, OrderStatus.SIGNED), (OrderStatus.REFUNDED,)])
    def test_sooner_for_who_buys_often(self, orders: tuple[OrderStatus, ...]) -> None:
        [timer] = [e for e in recorded(buyer(*orders), "爽肤水多少钱") if isinstance(e, StartTimer)]
        often = orders[0] is OrderStatus.SIGNED
        assert timer.due_at == NOW + timedelta(hours=4 if often else 23)

    def test_sooner_for_who_has_bought_much_at_once(self) -> None:
        large = replace(order(OrderStatus.SIGNED), total=Decimal(500))
        [timer] = [
            e for e in recorded(replace(KNOWN, orders=(large,)), "爽肤水多少钱") if isinstance(e, StartTimer)
        ]
        assert timer.due_at == NOW + timedelta(hours=4)

    @pytest.mark.parametrize(
        ("status", "text", "product"),
        [
            (OrderStatus.SIGNED, "面霜多少钱", FACES),
            (OrderStatus.SIGNED, "面霜还有货吗", FACES),
            (OrderStatus.SIGNED, "面霜怎么用", None),
            (OrderStatus.SIGNED, "包邮吗", None),
            (OrderStatus.SHIPPED, "面霜多少钱", None),
            (OrderStatus.PAID, "面霜有货吗", None),
            (OrderStatus.PAID, "爽肤水多少钱", WATER),
            (OrderStatus.CANCELLED, "面霜怎么用", FACES),
        ],
    )
    def test_who_has_bought_consults_about_what_comes_next(
        self, status: OrderStatus, text: str, product: str | None
    ) -> None:
        assert [o.product for o in opened(recorded(buyer(status), text))] == ([product] if product else [])

    def test_complaints_are_no_consultations(self) -> None:
        complaint = Complaint(1, 1, Step.LISTEN, NOW, NOW, NOW)
        assert recorded(replace(asking(), complaints=(complaint,)), "面霜多少钱") == []
        assert recorded(asking(red_line_at=NOW), "面霜多少钱") == []
        wrong = replace(READER.read("面霜多少钱"), meaning=Meaning(complaint=0.9))
        assert consultation.record(Situation(asking(), "", wrong, SHOP, NOW, ("m1",))) == []

    def test_what_has_been_followed_up_collects_the_next_question(self) -> None:
        one = asked(hours_ago=30, followed_up_at=NOW - timedelta(hours=2))
        found = recorded(asking(one), "面霜有货吗")
        assert [o.consultation_id for o in opened(found)] == [1]
        assert StartTimer("consultation", 1, FACES, NOW + OF.given_up) in found

    def test_a_later_question_without_a_name_is_about_what_is_open(self) -> None:
        assert [o.product for o in opened(recorded(asking(asked(hours_ago=70)), "包邮吗"))] == [FACES]


class TestDeclined:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("不买了", ""),
            ("算了", ""),
            ("那算了吧，谢谢", ""),
            ("面霜我不要了", ""),
            ("不需要了", ""),
            ("暂时先不买", ""),
            ("太贵了，不买了", "嫌贵"),
            ("算了太贵了", "嫌贵"),
            ("我在别家买了", ELSEWHERE),
            ("已经买别家的了", ELSEWHERE),
            ("不考虑了", ""),
        ],
    )
    def test_nothing_comes_of_it(self, text: str, reason: str) -> None:
        assert declined(READER.read(text), OF.objections) == reason

    @pytest.mark.parametrize(
        "text",
        [
            "不是不买了",
            "要两瓶算了",
            "算了，还是要一瓶吧",
            "算了一下差不多",
            "我打算了解一下",
            "不买了吗",
            "别家买了多少钱",
            "发票不要了解一下",
            "赠品不要了",
            "不要买了又后悔",
            "不用了解",
            "再看看",
            "好的",
            "",
        ],
    )
    def test_what_decides_nothing(self, text: str) -> None:
        assert declined(READER.read(text), OF.objections) is None

    def test_it_is_closed_at_once_with_its_reason(self) -> None:
        two = asking(asked(objections=("嫌贵",)), asked(WATER, id=2))
        assert recorded(two, "不买了") == [
            CloseConsultations(1, "given_up", consultation_id=1, reason="嫌贵"),
            CloseConsultations(1, "given_up", consultation_id=2, reason="没说"),
        ]
        assert recorded(two, "爽肤水不要了，在别家买了") == [
            CloseConsultations(1, "given_up", consultation_id=2, reason=ELSEWHERE)
        ]

    def test_who_has_asked_nothing_declines_nothing(self) -> None:
        assert recorded(KNOWN, "算了") == []


class TestDecentHour:
    @pytest.mark.parametrize(
        ("at", "hours", "due"),
        [
            ("23 12:00", 4, "23 16:00"),
            ("23 10:00", 20, "24 09:00"),
            ("23 02:00", 20, "23 21:30"),
            ("23 19:00", 4, "23 21:30"),
            ("23 21:00", 4, "24 09:00"),
            ("21 14:00", 20, "23 09:00"),  # Sunday is a day of rest
        ],
    )
    def test_the_nearer_hour_at_which_the_shop_is_open(self, at: str, hours: int, due: str) -> None:
        opening = SHOP.shop.model_copy(update={"rest": (7,)}).opening
        moments = [
            datetime.strptime(f"2026-11-{text} +0800", "%Y-%m-%d %H:%M %z").astimezone(UTC)
            for text in (at, due)
        ]
        assert decent_hour(opening, moments[0], timedelta(hours=hours)) == moments[1]

    def test_before_the_window_closes_over_holidays(self) -> None:
        opening = SHOP.shop.model_copy(update={"rest": (6, 7, 1, 2)}).opening
        friday = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)  # 14:00
        due = decent_hour(opening, friday, timedelta(hours=20))
        assert due == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)

    @given(st.integers(0, 525_600), st.integers(1, 40))
    def test_the_shop_is_always_open_then(self, minute: int, hours: int) -> None:
        opening, moment = SHOP.shop.opening, NOW + timedelta(minutes=minute)
        due = decent_hour(opening, moment, timedelta(hours=hours))
        assert opening.is_open(due)
        assert timedelta(hours=hours / 2) <= due - moment <= timedelta(hours=hours + 11)


class TestFollowUp:
    def test_one_fact_that_answers_and_no_hurry(self) -> None:
        one = asked(objections=("嫌贵",), price=Decimal(129))
        found = rung(asking(one))
        assert pushes(found) == [
            Push(
                1,
                "小王，您问过的玫瑰面霜，一瓶大约用60天，合一天约2.2元。不急，慢慢想，有拿不准的随时问我。",
                Kind.CARE,
                "consultation:1",
                expires_at=NOW + timedelta(days=1),
            )
        ]
        assert FollowedUp(1) in found
        assert StartTimer("consultation", 1, FACES, NOW + OF.given_up) in found
        assert tasks(found) == []

    @pytest.mark.parametrize(
        ("objections", "words", "fact"),
        [
            (("怕不合适",), "面霜多少钱", "大油皮会觉得润"),
            (("怕不合适",), "面霜怎么样\n合适吗", "大约用60天"),  # has been told what it is
            (("要比较",), "那个面霜", "大约用60天"),
            (("怕过敏",), "孕妇能用吗", "全部成分"),
            (("再想想",), "面霜多少钱", "玫瑰面霜，不急"),
            (("嫌贵", "再想想"), "面霜多少钱", "玫瑰面霜，不急"),
            ((), "面霜多少钱", "大约用60天"),
            ((), "面霜能用多久", "大油皮会觉得润"),
        ],
    )
    def test_the_fact_answers_what_was_said_last(
        self, objections: tuple[str, ...], words: str, fact: str
    ) -> None:
        [push] = pushes(rung(asking(asked(words=words, objections=objections))))
        assert fact in push.text

    def test_warmer_for_who_buys_often(self) -> None:
        regular = replace(
            buyer(OrderStatus.SIGNED, OrderStatus.SIGNED), consultations=(asked(WATER),), name="小丽"
        )
        [push] = pushes(rung(regular, WATER))
        assert push.text.startswith("小丽，您上次问的积雪草爽肤水，我一直记着。")

    def test_never_the_same_twice_and_then_it_is_the_sellers_turn(self) -> None:
        texts, customer = [], asking()
        for times in range(1, len(OF.texts.follow_up) + 1):
            texts += [p.text for p in pushes(rung(customer))]
            tag = Tag(FOLLOWED, TagSource.BOT, NOW, NOW, times)
            customer = replace(customer, tags=(tag,))
        assert len(set(texts)) == len(OF.texts.follow_up)
        found = rung(customer)
        assert (pushes(found), tasks(found)) == (
            [],
            ["小王 问过玫瑰面霜，还没下单。\n想跟一句就打：回 小王 文字"],
        )

    def test_where_it_may_not_go_the_seller_gets_the_line_to_type(self) -> None:
        one = asked(objections=("嫌贵",), price=Decimal(129))
        found = rung(asking(one), refused="对方超过 48 小时没说话，平台不让主动发")
        assert pushes(found) == []
        assert tasks(found) == [
            "小王 问过玫瑰面霜（报过 129元，嫌贵），还没下单。\n"
            "我现在发不了：对方超过 48 小时没说话，平台不让主动发。\n"
            "想跟一句就打：回 小王 小王，您问过的玫瑰面霜，一瓶大约用60天，合一天约2.2元。不急，慢慢想，有拿不准的随时问我。"
        ]
        assert FollowedUp(1) in found

    def test_the_seller_hears_that_his_words_would_wait_too(self) -> None:
        closed = {Kind.CARE: "平台不让主动发", Kind.RELAY: "平台不让主动发"}
        assert "自己的微信" in tasks(rung(asking(), refused=closed))[0]

    def test_who_says_that_they_buy_is_left_to_the_seller(self) -> None:
        found = rung(asking(asked(words="面霜多少钱\n来两瓶面霜")))
        assert pushes(found) == []
        assert "订单 小王 玫瑰面霜 129" in tasks(found)[0]
        assert pushes(rung(asking(asked(words="买两瓶面霜多少钱"))))

    def test_one_message_for_everything_they_asked(self) -> None:
        found = rung(asking(asked(None, "包邮吗"), asked(WATER, id=2), asked(id=3)), "")
        assert len(pushes(found)) == 1
        assert [e.consultation_id for e in found if isinstance(e, FollowedUp)] == [1, 2, 3]

    def test_about_no_product(self) -> None:
        [push] = pushes(rung(asking(asked(None, "包邮吗")), ""))
        assert push.text == OF.texts.unnamed[0].format(name="小王，")

    def test_what_is_sold_out_waits_and_is_given_up_for_that(self) -> None:
        customer = asking(asked(MASK))
        [again] = rung(customer, MASK)
        assert isinstance(again, StartTimer)
        late = NOW + timedelta(days=10)
        assert rung(customer, MASK, late) == [
            CloseConsultations(1, "given_up", consultation_id=1, reason="没货")
        ]

    def test_a_product_that_the_shop_has_dropped_has_no_facts(self) -> None:
        assert pushes(rung(asking(asked("老香皂")), "老香皂"))[0].text.startswith(
            "小王，您问过的老香皂，不急"
        )


UNWANTED = {
    "opted out": {"opted_out_at": NOW},
    "stopped": {"stopped_at": NOW},
    "red line": {"red_line_at": NOW},
    "complains": {"complaints": (Complaint(1, 1, Step.LISTEN, NOW, NOW, NOW),)},
}
LATER = {
    "the seller talks": {"taken_over_until": NOW + timedelta(minutes=5)},
    "waits for an answer": {"question": OpenQuestion(1, "普通", "能寄国外吗", NOW - timedelta(hours=20))},
    "still talks": {"contact": replace(KNOWN.contact, message_at=NOW - timedelta(minutes=1))},
}


class TestNotNow:
    @pytest.mark.parametrize("fields", UNWANTED.values(), ids=UNWANTED)
    def test_who_wants_nothing_is_asked_by_nobody(self, fields: dict[str, Any]) -> None:
        [timer] = rung(asking(**fields))
        assert isinstance(timer, StartTimer)
        assert timer.due_at == NOW + OF.given_up
        [closed] = rung(asking(**fields), now=timer.due_at)
        assert closed == CloseConsultations(1, "given_up", consultation_id=1, reason="没说")

    @pytest.mark.parametrize("fields", LATER.values(), ids=LATER)
    def test_who_is_busy_is_asked_later(self, fields: dict[str, Any]) -> None:
        [timer] = rung(asking(**fields))
        assert isinstance(timer, StartTimer)
        assert NOW + timedelta(hours=10) <= timer.due_at <= NOW + timedelta(hours=31)

    def test_what_was_passed_on_and_asks_nothing_does_not_hold_it_up(self) -> None:
        thinking = OpenQuestion(1, "普通", "有点贵，我再看看", NOW - timedelta(hours=20))
        assert pushes(rung(asking(question=thinking)))

    def test_at_night_it_waits_for_the_morning(self) -> None:
        night = NOW + timedelta(hours=14)  # midnight in the shop
        assert rung(asking(), now=night) == [
            StartTimer("consultation", 1, FACES, NOW + timedelta(hours=23)),
        ]

    def test_who_has_ordered_since_has_ordered(self) -> None:
        bought = replace(order(OrderStatus.CREATED), created_at=NOW - timedelta(hours=1))
        assert rung(asking(orders=(bought,))) == [CloseConsultations(1, "ordered", "A100", 1)]
        before = replace(order(OrderStatus.SIGNED), created_at=NOW - timedelta(days=9))
        assert pushes(rung(asking(orders=(before,))))

    def test_what_is_closed_is_ignored(self) -> None:
        assert rung(KNOWN) == []

    def test_after_it_nothing_but_the_end(self) -> None:
        one = asked(hours_ago=100, followed_up_at=NOW - timedelta(days=3), objections=("嫌贵", "再想想"))
        assert rung(asking(one)) == [StartTimer("consultation", 1, FACES, NOW + timedelta(days=4))]
        over = NOW + timedelta(days=4)
        assert rung(asking(one), now=over) == [
            CloseConsultations(1, "given_up", consultation_id=1, reason="再想想")
        ]
        spoke_again = replace(one, last_at=NOW)
        assert rung(asking(spoke_again), now=over) == [
            StartTimer("consultation", 1, FACES, NOW + timedelta(days=7))
        ]


# --- whatever happens ---------------------------------------------------------------------------


@dataclass
class Shop:
    """The rows as storage keeps them, and every timer that waits."""

    now: datetime = NOW
    customer: Customer = field(default_factory=lambda: KNOWN)
    timers: dict[str, datetime] = field(default_factory=dict)
    told: list[tuple[int, str]] = field(default_factory=list)  # (consultation, text) to buyer or seller
    said: list[str] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    numbers: int = 0

    def buyer_says(self, text: str) -> None:
        self.customer = replace(self.customer, contact=replace(self.customer.contact, message_at=self.now))
        at_hand = replace(situation(self.customer, text), now=self.now)
        self.write(consultation.record(at_hand))

    def orders(self) -> None:
        self.numbers += 1
        items = (OrderItem(FACES, 1, Decimal(129)),)
        made = replace(order(OrderStatus.PAID), number=f"B{self.numbers}", created_at=self.now, items=items)
        self.customer = replace(self.customer, orders=(made, *self.customer.orders))

    def wait(self, hours: int, refused: str, *, late: bool) -> None:
        """Rings in order of their time; late: the bot was down, and all of them ring at the end."""
        until = self.now + timedelta(hours=hours)
        while due := min(((at, o) for o, at in self.timers.items() if at <= until), default=None):
            self.now = until if late else max(due[0], self.now)
            del self.timers[due[1]]
            self.write(rung(self.customer, due[1], self.now, refused))
        self.now = until

    def write(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case OpenConsultation():
                    self._open(effect)
                case CloseConsultations():
                    which = [
                        c.id for c in self.customer.consultations if effect.consultation_id in (None, c.id)
                    ]
                    self.closed += which
                    self._keep([c for c in self.customer.consultations if c.id not in which])
                case FollowedUp(number):
                    self._keep(
                        replace(c, followed_up_at=self.now) if c.id == number else c
                        for c in self.customer.consultations
                    )
                case StartTimer():
                    assert effect.due_at > self.now, "a timer that rings at once rings for ever"
                    self.timers[effect.occasion] = effect.due_at
                case AddTag():
                    count = next((t.count for t in self.customer.tags), 0) + 1
                    tag = Tag(effect.name, TagSource.BOT, self.now, self.now, count)
                    self.customer = replace(self.customer, tags=(tag,))
                case Push():
                    self.told.append((int((effect.key or "").partition(":")[2]), effect.text))
                    self.said.append(effect.text)
                    self._wanted()
                case NotifySeller():
                    self.told.append((int((effect.key or "").partition(":")[2]), effect.text))
                    self._wanted()

    def _wanted(self) -> None:
        assert self.customer.opted_out_at is None
        assert not self.customer.complaints

    def _open(self, effect: OpenConsultation) -> None:
        open_ones = self.customer.consultations
        known = next((c for c in open_ones if c.product == effect.product), None)
        if known is None:
            self.numbers += 1
            made = Consultation(self.numbers, 1, effect.product, effect.words, self.now, self.now)
            self._keep([*open_ones, replace(made, price=effect.price, objections=effect.objections)])
            return
        assert (known.followed_up_at is not None) == (effect.consultation_id == known.id)
        more = replace(
            known,
            last_at=self.now,
            words=f"{known.words}\n{effect.words}",
            objections=effect.objections or known.objections,
        )
        self._keep(more if c.id == known.id else c for c in open_ones)

    def _keep(self, consultations: Any) -> None:
        self.customer = replace(self.customer, consultations=tuple(consultations))


SAID = st.sampled_from(
    [
        "面霜多少钱",
        "爽肤水有货吗",
        "面膜有货吗",
        "包邮吗",
        "太贵了",
        "我再想想",
        "不买了",
        "好的",
        "来两瓶面霜",
        "多少钱",
    ]
)
STEPS = st.lists(
    st.one_of(
        SAID.map(lambda text: ("says", text)),
        st.tuples(
            st.just("passes"), st.integers(1, 240), st.sampled_from(["", "平台不让主动发"]), st.booleans()
        ),
        st.just(("orders",)),
        st.just(("opts out",)),
        st.just(("complains",)),
        st.just(("is content",)),
    ),
    max_size=14,
)


@hypothesis_settings(deadline=None)
@given(STEPS)
def test_whatever_happens_one_follow_up_at_most_and_an_end(steps: list[tuple[Any, ...]]) -> None:
    shop = Shop()
    for what, *details in steps:
        match what:
            case "says":
                shop.buyer_says(*details)
            case "passes":
                hours, refused, late = details
                shop.wait(hours, refused, late=late)
            case "orders":
                shop.orders()
            case "opts out":
                shop.customer = replace(shop.customer, opted_out_at=shop.now)
            case "complains":
                complaint = Complaint(1, 1, Step.LISTEN, shop.now, shop.now, shop.now)
                shop.customer = replace(shop.customer, complaints=(complaint,))
            case "is content":
                shop.customer = replace(shop.customer, complaints=())
        open_occasions = {c.product or "" for c in shop.customer.consultations}
        assert open_occasions <= set(shop.timers), "whatever is open has its timer"
    numbers = [number for number, _ in shop.told]
    assert len(set(numbers)) == len(numbers)
    assert len(set(shop.said)) == len(shop.said)
    shop.wait(24 * 40, "", late=False)
    assert not shop.customer.consultations, "everything ends"
    assert len(set(shop.closed)) == len(shop.closed)


# --- the texts ----------------------------------------------------------------------------------


@given(
    st.sampled_from([*SHOP.products, None]),
    st.lists(st.sampled_from(list(OF.objections)), unique=True),
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from(["多少钱", "怎么样", "能用多久\n怎么样", "怎么用"]),
)
def test_every_text_is_short_and_sells_nothing(
    product: Product | None, objections: list[str], told: int, valued: bool, words: str
) -> None:
    tags = (Tag(FOLLOWED, TagSource.BOT, NOW, NOW, told),) if told else ()
    customer = buyer(*[OrderStatus.SIGNED] * (2 if valued else 0), tags=tags)
    one = asked(product.name if product else None, words, objections=tuple(objections))
    text = follow_up(one, customer, SHOP)
    assert text
    assert len(text) <= 75
    assert [w for w in NEVER_SAID if w in text] == []
    assert not any(mark in text for mark in ("？", "?", "。。", "，。", "：。", "{"))


def test_a_product_of_which_little_is_known() -> None:
    bare = SHOP.model_copy(update={"products": (Product(name="香皂", price=Decimal(5)),)})
    text = follow_up(asked("香皂", "多少钱", objections=("嫌贵",)), KNOWN, bare)
    assert text == "小王，您问过的香皂，不急，慢慢想，有拿不准的随时问我。"


@pytest.mark.parametrize(
    "wrong",
    [
        {"objections": {"太 贵": ["贵"]}},
        {"texts": {"facts": {"没有这条": "x"}}},
        {"texts": {"follow_up": ["{price}"]}},
        {"texts": {"unnamed": ["{product}"]}},
        {"texts": {"follow_up": []}},
        {"after": "0s"},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ConsultationSettings.model_validate(wrong)


def test_a_shop_without_objections_hears_none() -> None:
    none = ConsultationSettings(objections={}, texts=ConsultationTexts(facts={}))
    assert objections_in(READER.read("太贵了"), none.objections) == ()
    assert declined(READER.read("不买了"), none.objections) == ""
