"""What becomes of the promises in a seller's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import Customer, OpenPromise
from bot.core.effects import BuyerAnswered, Effect, MakePromise, MovePromise, NotifySeller, Push, Reply
from bot.core.settings import Seller
from handlers.promise_keeping import (
    BROKEN,
    DROPPED,
    KEPT,
    MOVED,
    noted,
    reopened,
    ring,
    shipped,
    spoken,
    taken_back,
)
from handlers.promise_times import due_when, judged_at, reminder_at
from handlers.promise_words import apology, span, till
from handlers.promises import Deed, promised
from handlers.rings import Ring
from tests.handlers.shop import KNOWN, NOW, SHOP

HOURS = SHOP.shop.opening


def at(day: int, clock: str) -> datetime:
    """A moment of November 2026 on the shop's clock."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHOP.shop.zone).astimezone(UTC)


def owed(
    what: Deed, due: datetime, number: int = 1, words: str = "今晚就发", by: str = "老板"
) -> OpenPromise:
    return OpenPromise(number, what, words, by, NOW - timedelta(hours=1), due)


def owing(*promises: OpenPromise) -> Customer:
    return replace(KNOWN, promises=promises)


def says(customer: Customer, text: str, now: datetime = NOW) -> list[Effect]:
    return spoken(customer, text, "老板", SHOP, now)


def rings(promise: OpenPromise, now: datetime, occasion: str = "1") -> list[Effect]:
    return ring(Ring(owing(promise), occasion, SHOP, now))


def told(effects: list[Effect]) -> NotifySeller:
    (alert,) = [e for e in effects if isinstance(e, NotifySeller)]
    return alert


def test_a_promise_in_the_sellers_words_is_made_and_noted() -> None:
    effects = says(KNOWN, "亲，今晚就发，放心")
    assert effects == [MakePromise(1, "发货", "今晚就发", "老板", at(21, "22:00"), at(21, "21:00"))]
    assert noted(KNOWN, effects, SHOP, NOW) == "记下了：今晚22:00前发货。没这意思就打：没答应 小王"


def test_several_promises_are_noted_in_one_line() -> None:
    effects = says(KNOWN, "今天发货。明天给您打电话。")
    assert noted(KNOWN, effects, SHOP, NOW).startswith("记下了：今晚22:00前发货、明天22:00前打电话。")


def test_words_without_a_promise_are_not_noted() -> None:
    assert says(KNOWN, "在的") == []
    assert noted(KNOWN, [], SHOP, NOW) == ""


TODAY, TOMORROW = at(21, "22:00"), at(22, "22:00")


@pytest.mark.parametrize(
    ("open_", "text", "states"),
    [
        (owed(Deed.ANSWER, TODAY), "查到了，是发错了颜色", [KEPT]),
        (owed(Deed.ANSWER, TODAY), "还要再等等，明天给您答复", [MOVED]),
        (owed(Deed.ANSWER, TODAY), "今晚给您答复哈", []),
        (owed(Deed.SHIP, TODAY), "在的", []),
        (owed(Deed.SHIP, TODAY), "今天来不及，明天发货", [MOVED]),
        (owed(Deed.SHIP, TODAY), "明天给您打电话", []),
        (owed(Deed.OTHER, TODAY), "明天帮您处理", []),
        (owed(Deed.REFUND, TODAY), "款退了，您看看", []),
    ],
)
def test_what_later_words_do_to_an_open_promise(open_: OpenPromise, text: str, states: list[str]) -> None:
    effects = says(owing(open_), text)
    assert [e.state for e in effects if isinstance(e, MovePromise)] == states


def test_a_promise_repeated_is_made_once() -> None:
    assert says(owing(owed(Deed.SHIP, TODAY)), "今晚一定发货") == []


def test_the_answer_that_was_kept_is_told_with_what_to_type_if_it_was_none() -> None:
    one = owing(owed(Deed.ANSWER, TODAY, words="今晚给您答复"))
    assert noted(one, says(one, "在的"), SHOP, NOW) == "“今晚给您答复”算做到了；没完就打：改期 小王 明天"


@pytest.mark.parametrize(
    ("again", "open_", "kept"),
    [
        (False, [Deed.SHIP, Deed.RESEND], [1]),
        (True, [Deed.SHIP, Deed.RESEND], [2]),
        (False, [Deed.RESEND], [1]),
        (True, [Deed.SHIP], [1]),
        (False, [Deed.REFUND, Deed.ANSWER], []),
        (False, [Deed.SHIP, Deed.SHIP], [1, 2]),
    ],
)
def test_a_parcel_keeps_what_it_was_promised_for(again: bool, open_: list[Deed], kept: list[int]) -> None:
    one = owing(*(owed(what, TODAY, number) for number, what in enumerate(open_, 1)))
    assert shipped(one, again=again) == [MovePromise(number, 1, KEPT) for number in kept]


def test_a_message_taken_back_takes_its_promise_with_it_and_no_other() -> None:
    one = owing(owed(Deed.SHIP, TODAY), replace(owed(Deed.CALL, TODAY, 2), made_at=NOW))
    assert taken_back(one, NOW) == [MovePromise(2, 1, DROPPED)]
    again = reopened(one, [owed(Deed.ANSWER, TODAY, 3)], SHOP, NOW)
    assert again == [MovePromise(3, 1, ring_at=at(21, "21:00"))]


# --- ringing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "due", "reminder"),
    [
        (at(21, "10:00"), at(21, "22:00"), at(21, "21:00")),
        (at(21, "10:00"), at(21, "10:30"), at(21, "10:15")),  # half of the time passes first
        (at(21, "10:00"), at(22, "9:30"), at(22, "9:00")),
        (at(21, "10:00"), at(22, "8:00"), at(21, "21:00")),  # not in the night: the evening before
        (at(21, "10:00"), at(21, "23:59"), at(21, "21:00")),
        (at(21, "23:00"), at(21, "23:50"), at(21, "23:25")),  # who promises at night is awake
        (at(21, "3:00"), at(21, "10:00"), at(21, "9:00")),
    ],
)
def test_when_the_seller_is_reminded(now: datetime, due: datetime, reminder: datetime) -> None:
    assert reminder_at(SHOP, now, due) == reminder


@pytest.mark.parametrize(
    ("now", "due", "judged"),
    [
        (at(21, "21:00"), at(21, "22:00"), at(21, "22:00")),
        (at(21, "21:00"), at(22, "2:00"), at(22, "9:00")),
        (at(21, "23:00"), at(22, "2:00"), at(22, "2:00")),
    ],
)
def test_when_it_is_judged(now: datetime, due: datetime, judged: datetime) -> None:
    assert judged_at(SHOP, now, due) == judged


spans = st.timedeltas(timedelta(minutes=1), timedelta(days=40))
moments = st.integers(0, 730 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(moments, spans, st.sampled_from([(), (6, 7), (1, 2, 3, 4, 5, 6, 7)]))
def test_a_reminder_comes_between_the_promise_and_its_time(
    now: datetime, left: timedelta, rest: tuple[int, ...]
) -> None:
    settings = SHOP.model_copy(update={"shop": SHOP.shop.model_copy(update={"rest": rest})})
    assert now < reminder_at(settings, now, now + left) < now + left
    assert judged_at(settings, now, now + left) >= now + left


def test_the_seller_is_reminded_with_what_to_type() -> None:
    effects = rings(owed(Deed.SHIP, TODAY), at(21, "21:00"))
    assert effects[0] == MovePromise(1, 1, ring_at=TODAY)
    assert told(effects).text.splitlines() == [
        "你答应 小王 今晚22:00前发货，还剩 1 小时。",
        "发货就打：发货 小王 单号；别处发了打：做到 小王；要改打：改期 小王 明天",
    ]


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (Deed.ANSWER, "回他：回 小王 文字；别处回了打：做到 小王；要改打：改期 小王 明天"),
        (Deed.REFUND, "办好了打：做到 小王；要改打：改期 小王 明天"),
    ],
)
def test_the_line_to_type_fits_the_deed(what: Deed, line: str) -> None:
    assert told(rings(owed(what, TODAY), at(21, "21:00"))).text.splitlines()[1] == line


def test_a_broken_promise_is_told_once_with_honest_words_that_only_the_seller_sends() -> None:
    effects = rings(owed(Deed.SHIP, TODAY), TODAY)
    assert effects[0] == MovePromise(1, 1, BROKEN)
    assert told(effects).text.splitlines() == [
        "没做到：你答应 小王 今晚22:00前发货，到点了。",
        "其实办了打：做到 小王；定新时间打：改期 小王 明天",
        "先说一声就发：回 小王 今天说好的“今晚就发”没做到，对不起，让您白等了。",
    ]
    assert not [e for e in effects if isinstance(e, Push | Reply)]


def test_a_time_has_its_own_reminder_and_its_own_verdict() -> None:
    keys = {
        told(rings(owed(Deed.SHIP, due), now)).key
        for due in (TODAY, TOMORROW)
        for now in (due - timedelta(hours=1), due)
    }
    assert len(keys) == 4


def test_a_ring_for_what_is_settled_is_silent() -> None:
    assert rings(owed(Deed.SHIP, TODAY), TODAY, occasion="2") == []


def test_among_several_sellers_the_one_who_promised_is_named() -> None:
    two = SHOP.model_copy(update={"sellers": (Seller(name="老板", role="owner"), Seller(name="小李"))})
    promise = owed(Deed.SHIP, TODAY, by="小李")
    alert = told(ring(Ring(owing(promise), "1", two, at(21, "21:00"))))
    assert alert.text.startswith("小李答应 小王")


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", Deed)
@pytest.mark.parametrize("later", [None, timedelta(days=1)])
@pytest.mark.parametrize("words", ["今晚就发", "明天给您答复", "3天内帮您处理"])
def test_sending_the_apology_promises_nothing_anew(what: Deed, later: timedelta | None, words: str) -> None:
    """Only what 改期 has already put on record may be found in it."""
    promise = owed(what, NOW, words=words)
    draft = apology(promise, SHOP, NOW, NOW + later if later else None)
    assert words in draft
    found = [e for e in says(KNOWN, draft) if isinstance(e, MakePromise)]
    assert {e.due_at for e in found} <= {NOW + (later or timedelta())}


def test_what_is_quoted_is_not_promised() -> None:
    assert promised("上次“明天发货”", NOW, SHOP.shop.zone, HOURS.closing)
    assert says(KNOWN, "上次“明天发货”") == []


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ("明天", at(22, "22:00")),
        ("3天", at(24, "22:00")),
        ("两小时", at(21, "12:00")),
        ("后天下午3点", at(23, "15:00")),
        ("12月1日", datetime(2026, 12, 1, 14, 0, tzinfo=UTC)),
        ("昨天", None),
        ("尽快", None),
        ("玫瑰", None),
    ],
)
def test_when_is_read_as_a_promise_reads_it(when: str, due: datetime | None) -> None:
    assert due_when(when, SHOP, NOW) == due


@given(st.text(max_size=30))
def test_any_words_for_when_and_any_words_said_are_bearable(text: str) -> None:
    due = due_when(text, SHOP, NOW)
    assert due is None or due > NOW
    made = [e for e in says(owing(owed(Deed.ANSWER, TODAY)), text) if isinstance(e, MakePromise)]
    assert all(NOW < e.ring_at < e.due_at for e in made)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (at(21, "14:00"), "今天14:00"),
        (at(21, "22:00"), "今晚22:00"),
        (at(22, "12:00"), "明天12:00"),
        (at(20, "22:00"), "昨天22:00"),
        (at(23, "9:00"), "后天09:00"),
        (at(24, "9:00"), "11月24日09:00"),
    ],
)
def test_until_when(moment: datetime, shown: str) -> None:
    assert till(moment, SHOP, NOW) == shown


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(seconds=10), "1 分钟"),
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(minutes=60), "1 小时"),
        (timedelta(hours=47), "47 小时"),
        (timedelta(hours=71), "3 天"),
    ],
)
def test_how_long_is_left(left: timedelta, shown: str) -> None:
    assert span(left) == shown


def test_an_answer_is_counted_elsewhere_when_it_has_really_gone() -> None:
    assert not [e for e in says(KNOWN, "今晚就发") if isinstance(e, BuyerAnswered)]
