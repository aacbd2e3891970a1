"""What one person may be sent that nobody asked for: every rule alone, and all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivery import UNASKED, AccountState, Capability, Contact, Kind, Outgoing, Planned, Via
from bot.core.ledger import Late, Limits, Priority, Promise, Sendings
from scheduler.permission import Drop, Hold, Park, Permission, Send, permission
from scheduler.preview import Intended, Listener, Row, preview
from tests.scheduler.shop_months import at_night, fullest_month, least_rest

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMITS = Limits()
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def at(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    """By the shop's wall."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


NOW = at(11, 21)
FREE = Capability()


def care(kind: Kind = Kind.CARE, priority: Priority = Priority.AFTER_SALES, **fields: object) -> Planned:
    message = Outgoing(7, "oa", "a", kind, "天凉了")
    planned = Planned(message, Contact(1, "oa", "a", 9), AccountState("oa"), "小美", priority=priority)
    return replace(planned, **fields)


def had(*moments: datetime, promised: Sequence[Promise] = ()) -> Sendings:
    return Sendings(moments, tuple(promised))


def asked(planned: Planned, now: datetime = NOW, limits: Limits = LIMITS) -> Permission:
    return permission(planned, FREE, now, limits)


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


# --- the month ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "may"),
    [
        ([], True),
        ([at(11, 1, 0), at(11, 9)], True),
        ([at(11, 1, 0), at(11, 9), at(11, 14)], False),
        ([at(10, 31, 23, 59), at(11, 9), at(11, 14)], True),
        ([at(11, 1), at(11, 5), at(11, 9), at(11, 14)], False),
        ([at(11, 9), at(11, 14), at(12, 1)], False),  # the clock was ahead
    ],
)
def test_three_in_a_calendar_month_of_the_shop(sent: list[datetime], may: bool) -> None:
    verdict = asked(care(sendings=had(*sent)), limits=replace(LIMITS, gap=timedelta()))
    assert isinstance(verdict, Send if may else Hold)
    if isinstance(verdict, Hold):
        assert "发满 3 条" in verdict.reason
        assert local(verdict.until).date() == date(2026, 12, 1)
        assert not at_night(verdict.until, LIMITS)


def test_no_limit_is_no_limit() -> None:
    many = had(*(at(11, 1, 9) + n * HOUR for n in range(50)))
    unlimited = replace(LIMITS, cap=None)
    assert asked(care(sendings=many), at(11, 21), unlimited) == Send(Via.API)


def test_what_cannot_wait_for_the_next_month_is_dropped_at_once() -> None:
    full = had(at(11, 1), at(11, 9), at(11, 14))
    verdict = asked(care(sendings=full, expires_at=NOW + 3 * DAY))
    assert verdict == Drop("这个月的问候和促销发满 3 条了，等到能发就过时了")


def test_the_last_of_a_month_is_kept_for_what_matters_more() -> None:
    birthday = Promise(at(11, 28, 9), Priority.BIRTHDAY)
    two = had(at(11, 1), at(11, 9), promised=[birthday])
    verdict = asked(care(sendings=two, expires_at=NOW + 3 * DAY))
    assert isinstance(verdict, Drop)
    assert "这个月还能发 1 条，留给11月28日 的生日祝福" in verdict.reason
    assert asked(care(sendings=had(at(11, 1), promised=[birthday]))) == Send(Via.API)
    assert asked(care(sendings=two, priority=Priority.BIRTHDAY)) == Send(Via.API)
    next_month = Promise(at(12, 1, 9), Priority.BIRTHDAY)
    assert asked(care(sendings=had(at(11, 1), at(11, 9), promised=[next_month]))) == Send(Via.API)


@pytest.mark.parametrize("lesser", list(Priority))
@pytest.mark.parametrize("greater", list(Priority))
def test_the_decided_order(lesser: Priority, greater: Priority) -> None:
    order = ["PROMO", "WIN_BACK", "SEASON", "FESTIVAL", "AFTER_SALES", "RUN_OUT", "REFERRAL", "BIRTHDAY"]
    sendings = had(at(11, 1), at(11, 9), promised=[Promise(at(11, 28), greater)])
    may = isinstance(asked(care(priority=lesser, sendings=sendings)), Send)
    assert may == (order.index(lesser.name) >= order.index(greater.name))


# --- rest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "may"), [(3 * DAY, True), (3 * DAY - MINUTE, False), (timedelta(), False)])
def test_three_days_between_two(ago: timedelta, may: bool) -> None:
    verdict = asked(care(sendings=had(NOW - ago)))
    assert isinstance(verdict, Send if may else Hold)
    if isinstance(verdict, Hold):
        assert verdict.until == NOW - ago + 3 * DAY
        assert "两条之间隔 3 天" in verdict.reason


def test_what_matters_more_and_comes_soon_goes_first() -> None:
    tomorrow = Promise(NOW + DAY, Priority.BIRTHDAY)
    verdict = asked(care(sendings=had(promised=[tomorrow])))
    assert verdict == Hold(NOW + 4 * DAY, "先让11月22日 的生日祝福，两条之间隔 3 天")
    assert asked(care(sendings=had(promised=[replace(tomorrow, at=NOW + 3 * DAY)]))) == Send(Via.API)
    a_moment_late = replace(tomorrow, at=NOW + 3 * DAY - timedelta(milliseconds=40))
    assert asked(care(sendings=had(promised=[a_moment_late]))) == Send(Via.API)
    assert asked(care(sendings=had(promised=[replace(tomorrow, priority=Priority.SEASON)]))) == Send(Via.API)


def test_without_a_gap_nothing_waits_for_anything() -> None:
    sendings = had(NOW, promised=[Promise(NOW - HOUR, Priority.BIRTHDAY)])
    assert asked(care(sendings=sendings), limits=replace(LIMITS, gap=timedelta())) == Send(Via.API)


# --- the night ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (at(11, 21, 21, 29), False),
        (at(11, 21, 21, 30), True),
        (at(11, 21, 23, 59), True),
        (at(11, 21, 0), True),
        (at(11, 21, 8, 29), True),
        (at(11, 21, 8, 30), False),
    ],
)
def test_the_quiet_hours_cross_midnight(moment: datetime, quiet: bool) -> None:
    verdict = asked(care(), moment)
    assert isinstance(verdict, Hold if quiet else Send)
    if isinstance(verdict, Hold):
        assert verdict.reason == "21:30 到 08:30 不打扰人"
        morning = local(verdict.until)
        assert time(8, 30) <= morning.time() <= time(9, 30)
        assert verdict.until - moment < 13 * HOUR


def test_a_quiet_time_of_the_same_day() -> None:
    noon = replace(LIMITS, quiet=(time(12), time(14)))
    assert isinstance(asked(care(), at(11, 21, 12), noon), Hold)
    assert asked(care(), at(11, 21, 3), noon) == Send(Via.API)


@pytest.mark.parametrize(
    ("wanted", "dropped"), [(at(11, 21, 7), False), (at(11, 21, 21, 30), True), (at(11, 21, 23), True)]
)
def test_a_birthday_after_midnight_is_none(wanted: datetime, dropped: bool) -> None:
    last = LIMITS.expiry(wanted, Late.DROP, None, unasked=True)
    birthday = care(priority=Priority.BIRTHDAY, late=Late.DROP, expires_at=last)
    verdict = asked(birthday, wanted)
    assert isinstance(verdict, Drop if dropped else Hold)
    if isinstance(verdict, Hold):
        assert local(verdict.until).date() == date(2026, 11, 21)


def test_whose_turn_would_come_too_late_goes_when_the_night_ends() -> None:
    until = at(11, 21, 8, 40)
    for who in range(20):
        verdict = asked(care(contact=Contact(who, "oa", "a", 9), expires_at=until), at(11, 21, 3))
        place = LIMITS.place(who)
        expected = at(11, 21, 8, 30) + (place if place < 10 * MINUTE else timedelta())
        assert verdict == Hold(expected, "21:30 到 08:30 不打扰人")


def test_a_morning_is_no_burst() -> None:
    night = at(11, 21, 23)
    mornings = [asked(care(contact=Contact(n, "oa", str(n), n)), night) for n in range(1, 601)]
    moments = [v.until for v in mornings if isinstance(v, Hold)]
    assert len(moments) == 600
    busiest = max(sum(m <= one < m + MINUTE for one in moments) for m in moments)
    assert busiest < 30  # 10 a minute on the average


@pytest.mark.parametrize("kind", [k for k in Kind if k not in UNASKED])
def test_what_was_asked_for_goes_at_any_hour_and_is_never_counted(kind: Kind) -> None:
    everything = {
        "sendings": had(at(11, 1), at(11, 9), at(11, 14), NOW),
        "unwanted": "对方退订了",
        "talks_until": NOW + DAY,
    }
    busy = replace(LIMITS, daily={"oa": 1})
    planned = care(kind, account=AccountState("oa", unasked_today=5), **everything)
    assert asked(planned, at(11, 21, 23), busy) == Send(Via.API)


def test_a_notice_of_its_rule_can_keep_to_the_night_without_counting() -> None:
    notice = care(Kind.NOTICE, late=Late.HOLD, sendings=had(at(11, 1), at(11, 9), at(11, 14), NOW))
    assert asked(notice) == Send(Via.API)
    assert isinstance(asked(notice, at(11, 21, 23)), Hold)


# --- the person and the account -------------------------------------------------------------------


@pytest.mark.parametrize("kind", UNASKED)
def test_who_wants_none_gets_none_at_once(kind: Kind) -> None:
    assert asked(care(kind, unwanted="对方退订了"), at(11, 21, 23)) == Drop("对方退订了")


def test_a_talk_is_not_greeted_into() -> None:
    talk = care(talking_to="老板", talks_until=NOW + 30 * MINUTE)
    assert asked(talk) == Hold(NOW + 30 * MINUTE, "老板 正接着跟对方聊")
    assert asked(talk, NOW + 30 * MINUTE) == Send(Via.API)
    assert isinstance(asked(replace(talk, expires_at=NOW + 20 * MINUTE)), Drop)


def test_so_many_a_day_on_one_account() -> None:
    limits = replace(LIMITS, daily={"oa": 40})
    assert asked(care(account=AccountState("oa", unasked_today=39)), limits=limits) == Send(Via.API)
    full = asked(care(account=AccountState("oa", unasked_today=40)), limits=limits)
    assert isinstance(full, Hold)
    assert full.reason == "这个号今天主动发满 40 条了"
    assert local(full.until).date() == date(2026, 11, 22)
    assert not at_night(full.until, limits)
    assert asked(care(account=AccountState("oa", unasked_today=99))) == Send(Via.API)


def test_limits_come_before_the_road() -> None:
    """Whoever has had enough is not parked either: nothing may ride on the next talk."""
    gone = care(contact=Contact(1, "oa", "a", 9, reachable=False))
    assert isinstance(asked(gone), Park)
    assert isinstance(asked(replace(gone, sendings=had(NOW))), Hold)


# --- all at once ----------------------------------------------------------------------------------

START, END = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), 110 * DAY).map(lambda passed: START + passed)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
quiets = st.none() | st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1])
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Auckland", "UTC"]).map(ZoneInfo)
limits_drawn = st.builds(
    Limits,
    cap=st.none() | st.integers(1, 4),
    gap=st.sampled_from([timedelta(), HOUR, DAY, 3 * DAY, 10 * DAY]),
    quiet=quiets,
    spread=st.sampled_from([timedelta(), HOUR]),
    wait=st.sampled_from([HOUR, 7 * DAY, 40 * DAY]),
    daily=st.sampled_from([{}, {"oa": 1}, {"oa": 2, "qq": 1}]),
    zone=zones,
)
priorities = st.none() | st.sampled_from(Priority)
intentions = st.builds(
    Intended,
    moments,
    st.integers(1, 3),
    st.sampled_from([Kind.CARE, Kind.CARE, Kind.PROMO, Kind.NOTICE]),
    st.just("规则"),
    st.just("天凉了"),
    priority=priorities,
    late=st.sampled_from(Late),
    known=st.booleans(),
)
PEOPLE = {
    1: Listener("小美", Contact(1, "oa", "a", 1), AccountState("oa")),
    2: Listener("小丽", Contact(2, "qq", "b", 2), AccountState("qq")),
    3: Listener("小王", Contact(3, "oa", "c", 3), AccountState("oa"), unwanted="对方退订了"),
}
BOTH = {"oa": FREE, "qq": FREE}


def went(rows: Sequence[Row], customer_id: int) -> list[datetime]:
    return [r.at for r in rows if r.decision == "send" and r.kind in UNASKED and r.customer_id == customer_id]


@given(st.lists(intentions, max_size=40), limits_drawn)
def test_whatever_is_wanted_nobody_gets_too_much_too_soon_or_at_night(
    wanted: list[Intended], limits: Limits
) -> None:
    rows = preview(wanted, PEOPLE, BOTH, limits, START, END)
    assert len(rows) == len(wanted), "each message has one fate"
    for id_ in PEOPLE:
        sent = went(rows, id_)
        assert limits.cap is None or fullest_month(sent, limits) <= limits.cap
        assert least_rest(sent) >= limits.gap
        assert not [m for m in sent if at_night(m, limits)]
    assert went(rows, 3) == []
    for account, most in limits.daily.items():
        gone = [r for r in rows if r.decision == "send" and r.account == account and r.kind in UNASKED]
        days = [r.at.astimezone(limits.zone).date() for r in gone]
        assert max((days.count(d) for d in days), default=0) <= most


@given(st.lists(intentions, max_size=25), limits_drawn)
def test_every_no_has_its_reason_and_every_wait_ends(wanted: list[Intended], limits: Limits) -> None:
    for row in preview(wanted, PEOPLE, BOTH, limits, START, END):
        assert row.decision == "send" or row.reason
        assert row.decision != "hold", "everything is settled long before the end"


plans = st.builds(
    Planned,
    st.builds(Outgoing, st.just(7), st.just("oa"), st.just("a"), st.sampled_from(Kind), st.just("x")),
    st.builds(Contact, st.integers(1, 99), st.just("oa"), st.just("a"), st.just(9)),
    st.builds(AccountState, st.just("oa"), unasked_today=st.integers(0, 3)),
    expires_at=st.none() | moments,
    unwanted=st.sampled_from(["", "对方退订了"]),
    priority=st.sampled_from(Priority),
    late=st.sampled_from(Late),
    talks_until=st.none() | moments,
    sendings=st.builds(
        Sendings,
        st.lists(moments, max_size=5).map(tuple),
        st.lists(st.builds(Promise, moments, st.sampled_from(Priority)), max_size=4).map(tuple),
    ),
)


@given(plans, moments, limits_drawn)
def test_a_hold_is_always_for_later_and_for_a_moment_at_which_people_are_awake(
    planned: Planned, now: datetime, limits: Limits
) -> None:
    verdict = permission(planned, FREE, now, limits)
    if isinstance(verdict, Hold):
        assert verdict.until > now
        assert verdict.reason
        assert planned.expires_at is None or verdict.until < planned.expires_at
    if isinstance(verdict, Send) and planned.unasked:
        assert not planned.unwanted
        assert not at_night(now, limits)


@given(moments, limits_drawn)
def test_the_night_ends(now: datetime, limits: Limits) -> None:
    awake = limits.awake(now)
    assert now <= awake <= now + timedelta(hours=26)
    assert limits.is_quiet(now) == at_night(now, limits)
