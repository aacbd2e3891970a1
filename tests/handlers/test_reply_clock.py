"""One clock per open question: when it rings, what is said, and what holds in any course of events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.complaint import Complaint, Move, Signal, Step
from bot.core.customer import Customer, OpenQuestion
from bot.core.delivery import Kind
from bot.core.effects import (
    AskedSeller,
    BuyerAnswered,
    Effect,
    MoveComplaint,
    NotifySeller,
    OpenComplaint,
    Push,
    QuestionRang,
    SetFields,
    StartTimer,
)
from bot.core.service_settings import ReplyClocks
from bot.core.settings import Settings
from handlers import reply_clock
from handlers.reply_clock import started
from handlers.reply_times import Stage, reply_times
from handlers.reply_words import waited_for
from handlers.rings import Ring
from handlers.situation import Situation
from handlers.understanding import Reading
from handlers.understanding.meaning import Meaning, Urgency
from tests.handlers.shop import KNOWN, READER, SHOP

ZONE = SHOP.shop.zone
NORMAL, URGENT, KEY, RED_LINE = (u.value for u in list(Urgency)[1:])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in the shop (the 21st is a Saturday)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def shop(hours: str = "9:00-22:00", *rest: int | date, **replies: Any) -> Settings:
    changed = SHOP.shop.model_copy(update={"hours": hours, "rest": rest})
    return SHOP.model_copy(update={"shop": changed, "replies": ReplyClocks(**replies)})


def question(asked: datetime, urgency: str = NORMAL, **more: Any) -> OpenQuestion:
    return OpenQuestion(7, urgency, "面霜什么时候补货", asked, **more)


def waits(asked: datetime, urgency: str = NORMAL, **more: Any) -> Customer:
    return replace(KNOWN, name="小丽", question=question(asked, urgency), **more)


def rung(customer: Customer, now: datetime, settings: Settings = SHOP, refused: str = "") -> list[Effect]:
    return reply_clock.ring(Ring(customer, "", settings, now, lambda _: refused))


def says(
    customer: Customer, text: str, now: datetime, *effects: Effect, urgency: str = NORMAL
) -> list[Effect]:
    """`started` for words of this urgency, which `effects` (an alert if none) hand to the seller."""
    reading = replace(READER.read(text), meaning=Meaning(urgency=Urgency(urgency)))
    situation = Situation(customer, text, reading, SHOP, now, ("m1",), heard=bool(text))
    return started(situation, list(effects) or [NotifySeller("他问", awaits=True)])


def complaint(
    now: datetime, step: Step = Step.TALK, *moves: Move, due: timedelta = timedelta(hours=1)
) -> Complaint:
    return Complaint(3, 1, step, now, now, now + due, moves=moves)


# --- when it rings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "due", "warned", "received", "alarm"),
    [
        # in the morning, in the afternoon: two hours and one before the day ends
        (at(21, 9), at(21, 22), at(21, 20), at(21, 21), at(23, 21)),
        (at(21, 15), at(21, 22), at(21, 20), at(21, 21), at(24, 9)),
        # before opening, after closing: the day that comes
        (at(21, 7), at(21, 22), at(21, 20), at(21, 21), at(23, 19)),
        (at(21, 23), at(22, 22), at(22, 20), at(22, 21), at(24, 11)),
        # the morning after 60 h would leave an hour: the alarm comes the evening before
        (at(21, 10), at(21, 22), at(21, 20), at(21, 21), at(23, 21, 29)),
        # in the evening: the seller has half an hour each, the buyer hears before the day ends
        (at(21, 20, 30), at(21, 22), at(21, 21), at(21, 21, 30), at(24, 9)),
        (at(21, 21), at(21, 22), at(21, 21, 30), at(21, 21, 55), at(24, 9)),
        # too late for that: when the shop opens, well before 24 h are over
        (at(21, 21, 30), at(21, 22), at(22, 9), at(22, 9, 30), at(24, 9, 30)),
        (at(21, 21, 58), at(21, 22), at(22, 9), at(22, 9, 30), at(24, 9, 58)),
    ],
)
def test_rings_of_an_ordinary_question(
    asked: datetime, due: datetime, warned: datetime, received: datetime, alarm: datetime
) -> None:
    times = reply_times(question(asked), SHOP)
    assert (times.due, times.warned, times.received, times.alarm) == (due, warned, received, alarm)
    assert times.hurry is None


@pytest.mark.parametrize(
    ("asked", "urgency", "hurry"),
    [
        (at(21, 10), URGENT, at(21, 12)),
        (at(21, 10), KEY, at(21, 11)),
        (at(21, 10), RED_LINE, at(21, 10, 15)),
        (at(21, 23), URGENT, at(22, 9)),
        (at(21, 23), RED_LINE, at(21, 23, 15)),
        (at(21, 10), "建议", None),
        (at(21, 19), URGENT, None),  # the warning before closing comes first
    ],
)
def test_urgent_classes_have_their_own_clock(asked: datetime, urgency: str, hurry: datetime | None) -> None:
    assert reply_times(question(asked, urgency), SHOP).hurry == hurry


def test_a_day_of_rest_moves_the_rings_and_not_what_is_due() -> None:
    times = reply_times(question(at(21, 23)), shop("9:00-22:00", 7))
    assert times.due == at(22, 23)  # 24 h: earlier than Monday's closing
    assert (times.warned, times.received) == (at(23, 9), at(23, 9, 30))


@pytest.mark.parametrize(
    ("asked", "rest", "alarm"),
    [
        (at(20, 15), (6, 7), at(23, 9)),  # Friday; Monday's opening is well before 72 h
        (at(20, 10), (6, 7), at(23, 9)),  # not so well, but Friday evening was too early
        (at(19, 8), (6, 7), at(20, 21, 29)),  # Thursday; Monday would be too late, Friday evening is not
        (at(20, 8), (6, 7), at(22, 20)),  # Friday early; nothing else is left but Sunday by day
        (at(20, 23), (6, 7, 1, 2), at(23, 11)),
    ],
)
def test_the_alarm_comes_before_three_days_even_when_the_shop_is_closed(
    asked: datetime, rest: tuple[int, ...], alarm: datetime
) -> None:
    assert reply_times(question(asked), shop("9:00-22:00", *rest)).alarm == alarm


def test_no_warning_on_the_heels_of_another() -> None:
    times = reply_times(question(at(21, 17, 45), URGENT), SHOP)
    assert (times.hurry, times.warned) == (at(21, 19, 45), at(21, 20))
    assert times.after(at(21, 19, 45)) == times.received


# --- it starts -----------------------------------------------------------------------------------


def test_what_is_handed_to_the_seller_starts_a_clock() -> None:
    assert says(KNOWN, "面霜什么时候补货", at(21, 10)) == [
        AskedSeller(1, NORMAL, "面霜什么时候补货", at(21, 20))
    ]
    assert says(KNOWN, "快点", at(21, 10), urgency=URGENT) == [AskedSeller(1, URGENT, "快点", at(21, 12))]


def test_a_picture_is_a_question_too() -> None:
    (asked,) = says(KNOWN, "", at(21, 10))
    assert isinstance(asked, AskedSeller)
    assert asked.words == "（图片、语音或文件）"


MOVE = Move(at(21, 10), "买家", Signal.HEARD, Step.TALK, Step.TALK)


@pytest.mark.parametrize(
    ("effect", "starts"),
    [
        (OpenComplaint(1, "买家", "坏了", {}), True),
        (MoveComplaint(3, 1, MOVE), True),
        (MoveComplaint(3, 1, replace(MOVE, signal=Signal.SATISFIED)), False),
        (NotifySeller("他退订了"), False),
        (SetFields(1, {"greeted_at": at(21, 10)}), False),
    ],
)
def test_what_starts_a_clock(effect: Effect, starts: bool) -> None:
    assert bool(says(KNOWN, "瓶子碎了", at(21, 10), effect)) == starts


def test_what_was_made_of_the_words_counts_as_much_as_they_do() -> None:
    opened = OpenComplaint(1, "买家", "烂脸", {"urgency": KEY})
    red = SetFields(1, {"red_line_at": at(21, 10)})
    assert [e.urgency for e in says(KNOWN, "x", at(21, 10), opened) if isinstance(e, AskedSeller)] == [KEY]
    assert [e.urgency for e in says(KNOWN, "x", at(21, 10), opened, red) if isinstance(e, AskedSeller)] == [
        RED_LINE
    ]


@pytest.mark.parametrize("text", ["好的", "好的谢谢", "谢谢", "嗯嗯", "知道了谢谢", "[微笑]", "收到"])
def test_a_courtesy_starts_no_clock_and_stops_none(text: str) -> None:
    assert says(KNOWN, text, at(21, 10)) == []
    assert says(waits(at(21, 9)), text, at(21, 10)) == []


def test_an_open_question_goes_on_unless_it_has_become_graver() -> None:
    open_one = waits(at(21, 9), URGENT)
    assert says(open_one, "人呢", at(21, 10)) == []
    assert says(open_one, "人呢", at(21, 10), urgency=URGENT) == []
    assert says(waits(at(21, 9), "建议"), "人呢", at(21, 10)) == []
    assert says(open_one, "投诉你们", at(21, 10), urgency=KEY) == [
        AskedSeller(1, KEY, "投诉你们", at(21, 11))
    ]


def test_a_raised_question_keeps_the_ring_that_comes_sooner() -> None:
    assert says(waits(at(21, 9)), "急", at(21, 19), urgency=URGENT) == [
        AskedSeller(1, URGENT, "急", at(21, 20))
    ]
    late = waits(at(21, 9))
    assert says(late, "急", at(25, 10), urgency=URGENT) == [AskedSeller(1, URGENT, "急", at(25, 12))]


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("没事了", True),
        ("不用了", True),
        ("不用了谢谢", True),
        ("好的，那没事了。", True),
        ("已经解决了", True),
        ("我自己找到了，谢谢", True),
        ("不问了", True),
        ("不用回了", True),
        ("好的", False),
        ("知道了谢谢", False),
        ("收到，谢谢", False),
        ("算了", False),
        ("不用了，我去别家买", False),
        ("不用了吧？", False),
        ("解决了吗", False),
        ("还没解决了结", False),
        ("没事了还问你干嘛", False),
    ],
)
def test_only_the_buyers_plain_word_settles_a_question(text: str, settled: bool) -> None:
    answered = BuyerAnswered(1, "买家自己")
    assert (answered in says(waits(at(21, 9)), text, at(21, 10))) == settled
    assert answered not in says(KNOWN, text, at(21, 10))


def test_who_complains_or_is_urgent_has_settled_nothing_by_giving_up() -> None:
    assert says(waits(at(21, 9), URGENT), "不用了", at(21, 10)) == []
    complains = waits(at(21, 9), complaints=(complaint(at(21, 9)),))
    assert says(complains, "不用了", at(21, 10)) == []


# --- it rings ------------------------------------------------------------------------------------


def test_the_seller_reads_who_waits_for_what_and_what_to_type() -> None:
    alert, rang = rung(waits(at(21, 10)), at(21, 20))
    assert alert == NotifySeller(
        "小丽 等了 10 小时，还没人回：面霜什么时候补货\n今晚22:00 前要回。\n回他就打：回 小丽 文字",
        "waits-7-0-due",
    )
    assert rang == QuestionRang(1, at(21, 21))


def test_the_buyer_is_told_once_before_it_is_due() -> None:
    _, push, rang = rung(waits(at(21, 10)), at(21, 21))
    assert isinstance(push, Push)
    assert (push.text, push.kind, push.key) == (
        "您今天10:00发来的收到了，正在处理，店主有了准信就回您。",
        Kind.REPLY,
        "working-7",
    )
    assert push.expires_at == at(21, 22)
    assert rang == QuestionRang(1, at(23, 21, 29), True)


def test_what_cannot_be_said_the_seller_is_told() -> None:
    alert, rang = rung(waits(at(21, 10)), at(21, 21), refused="对方超过 48 小时没说话")
    assert isinstance(alert, NotifySeller)
    assert "发不出去：对方超过 48 小时没说话" in alert.text
    assert alert.key == "waits-7-0-due-unsaid"
    assert isinstance(rang, QuestionRang)
    assert not rang.acknowledged


@pytest.mark.parametrize(
    "more",
    [
        {"taken_over_until": at(22, 9)},
        {"red_line_at": at(21, 10)},
        {"complaints": (complaint(at(21, 10), Step.RESULT),)},
        {"complaints": (complaint(at(21, 10), Step.LISTEN),)},
    ],
    ids=["taken over", "red line", "asked whether satisfied", "listening"],
)
def test_the_bot_does_not_speak_where_somebody_else_does(more: dict[str, Any]) -> None:
    assert not any(isinstance(e, Push) for e in rung(waits(at(21, 10), **more), at(21, 21)))


def test_a_question_is_acknowledged_once() -> None:
    told = replace(KNOWN, question=question(at(21, 10), acknowledged_at=at(21, 21)))
    assert not any(isinstance(e, Push) for e in rung(told, at(21, 21, 30)))


def test_a_question_that_becomes_graver_after_that_is_not_acknowledged_again() -> None:
    world = World(SHOP, at(21, 10))
    world.asks(NORMAL)
    world.passes(timedelta(hours=24), awake=True)
    world.asks(URGENT)
    world.passes(timedelta(hours=3), awake=True)
    assert world.acknowledged == {1: 1}
    assert [moment for moment, _ in world.rings] == [at(21, 20), at(21, 21), at(22, 12)]


def test_key_matters_are_the_owners_until_the_alarm_is_everybodys() -> None:
    asked = waits(at(21, 10), KEY)
    warned, _ = rung(asked, at(21, 11))
    alarmed, rang = rung(asked, at(23, 21, 29))
    assert isinstance(warned, NotifySeller)
    assert isinstance(alarmed, NotifySeller)
    assert (warned.owner_only, alarmed.owner_only) == (True, False)
    assert warned.text.startswith("关键：小丽 等了 1 小时")
    assert "满三天" in alarmed.text
    assert rang == QuestionRang(1, None)


def test_what_was_slept_through_is_said_once_and_the_gravest_of_it() -> None:
    alert, rang = rung(waits(at(21, 10), URGENT), at(25, 10))
    assert isinstance(alert, NotifySeller)
    assert alert.key == "waits-7-1-alarm"
    assert rang == QuestionRang(1, None)


def test_a_ring_at_night_waits_for_the_opening_and_a_red_line_does_not() -> None:
    assert rung(waits(at(21, 10)), at(22, 3)) == [StartTimer("question", 1, "", at(22, 9))]
    assert isinstance(rung(waits(at(21, 10), RED_LINE), at(22, 3))[0], NotifySeller)


def test_a_ring_before_its_time_waits() -> None:
    """The hours were changed meanwhile."""
    assert rung(waits(at(21, 10)), at(21, 11)) == [StartTimer("question", 1, "", at(21, 20))]


def test_nothing_rings_that_has_been_answered() -> None:
    assert rung(KNOWN, at(21, 20)) == []


RANG = Move(at(21, 11), "机器人", Signal.TIMEOUT, Step.TALK, Step.TALK)


@pytest.mark.parametrize(
    ("found", "urgency", "now", "warned"),
    [
        (complaint(at(21, 19, 30)), NORMAL, at(21, 20), False),
        (complaint(at(21, 10), Step.TALK, RANG), NORMAL, at(21, 20), False),
        (complaint(at(21, 10), Step.ANALYSE, due=timedelta(days=1)), NORMAL, at(21, 20), True),
        (complaint(at(21, 19, 30), Step.RESULT), NORMAL, at(21, 20), True),
        (complaint(at(21, 19, 30)), RED_LINE, at(21, 20), True),
        (complaint(at(21, 10), Step.TALK, RANG), NORMAL, at(24, 10), True),
    ],
    ids=["rings soon", "has rung", "rings tomorrow", "waits for the buyer", "red line", "after days"],
)
def test_a_complaint_that_reminds_is_not_reminded_of_twice(
    found: Complaint, urgency: str, now: datetime, warned: bool
) -> None:
    effects = rung(waits(at(21, 10), urgency, complaints=(found,)), now)
    assert any(isinstance(e, NotifySeller) for e in effects) == warned
    assert any(isinstance(e, QuestionRang) for e in effects)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(), "1 分钟"),
        (timedelta(minutes=59, seconds=59), "59 分钟"),
        (timedelta(hours=8, minutes=40), "8 小时"),
        (timedelta(days=2), "2 天"),
        (timedelta(days=2, hours=12), "2 天 12 小时"),
    ],
)
def test_how_long_somebody_has_waited(span: timedelta, told: str) -> None:
    assert waited_for(span) == told


def test_who_has_a_complaint_open_is_answered_by_its_next_step() -> None:
    alert = rung(waits(at(21, 10), complaints=(complaint(at(21, 10), Step.ACT),)), at(24, 10))[0]
    assert isinstance(alert, NotifySeller)
    assert alert.text.endswith("\n下一步打：投诉 3（只回一句打：回 小丽 文字）")


def test_a_name_that_cannot_be_typed_is_a_number() -> None:
    odd = replace(waits(at(21, 10)), name="一 \n 二")
    alert = rung(odd, at(21, 20))[0]
    assert isinstance(alert, NotifySeller)
    assert "回 #1 文字" in alert.text


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ({"alarm": "72h"}, "早于 72h"),
        ({"alarm": "20h"}, "晚于 latest"),
        ({"acknowledge": "3h"}, "acknowledge"),
        ({"before_closing": "24h"}, "短于 latest"),
        ({"latest": "0s"}, "大于 0"),
        ({"urgent": {"warn": "0s"}}, "大于 0"),
        ({"key": {"warn": "25h"}}, "key.warn"),
    ],
)
def test_clocks_that_would_not_work_are_refused(replies: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ReplyClocks.model_validate(replies)


# --- any course of events ------------------------------------------------------------------------


@dataclass
class World:
    """One buyer, the row of the open question and its timer, kept as `storage.writers.service` keeps them."""

    settings: Settings
    now: datetime
    question: OpenQuestion | None = None
    timer: datetime | None = None
    numbers: int = 0
    told: dict[str, datetime] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)
    rings: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def customer(self) -> Customer:
        return replace(KNOWN, question=self.question)

    def asks(self, urgency: str) -> None:
        reading = Reading("问", meaning=Meaning(urgency=Urgency(urgency)))
        situation = Situation(self.customer, "问", reading, self.settings, self.now, ("m",))
        effects = started(situation, [NotifySeller("他问", awaits=True)])
        assert effects == started(situation, [NotifySeller("他问", awaits=True)])
        for effect in effects:
            assert isinstance(effect, AskedSeller)
            assert effect.ring_at > self.now
            if self.question is None:
                self.numbers += 1
                self.question = OpenQuestion(self.numbers, effect.urgency, effect.words, self.now)
                self.timer = effect.ring_at
            else:
                self.question = replace(self.question, urgency=effect.urgency)
                self.timer = effect.ring_at if effect.urgency != NORMAL else self.timer

    def answered(self) -> None:
        self.question = self.timer = None

    def passes(self, span: timedelta, awake: bool) -> None:
        """Time goes by; asleep, everything that came due rings only at its end."""
        end = self.now + span
        while self.timer is not None and self.timer <= end:
            self.now = end if not awake else max(self.now, self.timer)
            self.ring()
        self.now = end

    def ring(self) -> None:
        assert self.question is not None
        self.timer = None
        asked, urgency = self.question.asked_at, self.question.urgency
        ring = Ring(self.customer, "", self.settings, self.now)
        effects = reply_clock.ring(ring)
        assert effects == reply_clock.ring(ring), "the same ring decides the same"
        for effect in effects:
            match effect:
                case StartTimer(due_at=later):
                    assert later > self.now, "a ring that waits moves on"
                    self.timer = later
                case QuestionRang(ring_at=later, acknowledged=acknowledged):
                    assert later is None or later > self.now
                    self.timer = later
                    self.rings.append((self.now, urgency))
                    stage = self.question.stage + 1
                    at = self.now if acknowledged else self.question.acknowledged_at
                    self.question = replace(self.question, stage=stage, acknowledged_at=at)
                case NotifySeller(key=key):
                    assert key is not None
                    self.told.setdefault(key, self.now)
                case Push():
                    times = reply_times(self.question, self.settings)
                    assert times.received <= self.now < times.alarm
                    number = self.question.id
                    self.acknowledged[number] = self.acknowledged.get(number, 0) + 1
                    assert asked < self.now
                case _:
                    raise AssertionError(effect)


SHOPS = st.builds(
    lambda hours, rest: shop(hours, *rest),
    st.sampled_from(["9:00-22:00", "0:00-24:00", "10:00-10:01", "8:30-12:00", "20:00-23:30"]),
    st.one_of(
        st.just(()),
        st.sets(st.integers(1, 7), max_size=6).map(tuple),
        st.sets(st.dates(date(2026, 11, 20), date(2026, 12, 5)), max_size=14).map(tuple),
    ),
)
STARTS = st.timedeltas(timedelta(), timedelta(days=7)).map(lambda later: at(21, 0) + later)
SPANS = st.sampled_from([timedelta(hours=h) for h in (0.2, 1, 3, 8, 13, 26, 50)])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("asks"), st.sampled_from([NORMAL, URGENT, KEY, RED_LINE, "建议"])),
        st.tuples(st.just("passes"), SPANS),
        st.tuples(st.just("passes"), SPANS),
        st.tuples(st.just("sleeps"), SPANS),
        st.tuples(st.just("answered"), st.none()),
    ),
    max_size=14,
).map(lambda steps: [("asks", NORMAL), *steps])


def lived(settings: Settings, start: datetime, steps: list[tuple[str, Any]]) -> World:
    world = World(settings, start)
    for what, value in steps:
        if what == "asks":
            world.asks(value)
        elif what == "answered":
            world.answered()
        else:
            world.passes(value, awake=what == "passes")
        if world.question is not None and world.timer is None:
            alarm = reply_times(world.question, settings).alarm
            assert world.now >= alarm, "no ring left, and it has not had them all"
            assert f"-{Stage.ALARM}" in "".join(
                k for k in world.told if k.startswith(f"waits-{world.question.id}-")
            )
    return world


@examples(max_examples=300, deadline=None)
@given(SHOPS, STARTS, STEPS)
def test_no_open_question_is_forgotten_and_nobody_is_told_twice(
    settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    world = lived(settings, start, steps)
    assert all(count == 1 for count in world.acknowledged.values())
    assert lived(settings, start, steps).told == world.told


@examples(max_examples=300, deadline=None)
@given(SHOPS, STARTS, STEPS)
def test_it_rings_in_shop_hours_but_for_a_red_line_and_the_last_alarm(
    settings: Settings, start: datetime, steps: list[tuple[str, Any]]
) -> None:
    world, opening = lived(settings, start, steps), settings.shop.opening
    for moment, urgency in world.rings:
        assert urgency == RED_LINE or opening.without_rest().is_open(moment), "never at night"
    for key, moment in world.told.items():
        if not key.endswith(f"-{Stage.ALARM}") and "-3-" not in key:
            assert opening.is_open(moment)


@examples(max_examples=200, deadline=None)
@given(SHOPS, STARTS, st.sampled_from([NORMAL, URGENT, KEY, RED_LINE]))
def test_awake_every_question_is_alarmed_of_within_three_days_and_then_left_to_the_morning_list(
    settings: Settings, start: datetime, urgency: str
) -> None:
    world = World(settings, start)
    world.asks(urgency)
    world.passes(timedelta(hours=72), awake=True)
    assert world.timer is None
    assert any(key.endswith(f"-{Stage.ALARM}") for key in world.told)
    assert len(world.rings) <= 4
    moments = [moment for moment, _ in world.rings]
    assert sorted(set(moments)) == moments
