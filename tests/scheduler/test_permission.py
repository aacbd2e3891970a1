"""May this message go to this person now: every branch, and what must hold whatever the ledger says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivery import (
    AccountState,
    Capability,
    Contact,
    Kind,
    Outgoing,
    Planned,
    Via,
    Window,
)
from bot.core.ledger import Limits
from scheduler.permission import Drop, Hold, Ledger, Park, Permission, Send
from scheduler.permission import permission as asked

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
HOURS_48 = timedelta(hours=48)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
OA = Capability(
    passive=True,
    message_window=Window(5, HOURS_48),
    touch_window=Window(3, MINUTE),
    templates=frozenset({"shipping"}),
)
FREE = Capability()
NO_API = Capability(passive=True, api=False)
BY_MESSAGE, BY_TOUCH = Send(Via.API, Ledger.MESSAGE), Send(Via.API, Ledger.TOUCH)


def permission(row: Planned, capability: Capability, now: datetime) -> Permission:
    """In a shop that never sleeps; what the person may be sent stands in test_permission_person."""
    return asked(row, capability, now, Limits(quiet=None))


def planned(kind: Kind = Kind.RELAY, template: str | None = None, **contact: object) -> Planned:
    message = Outgoing(7, "oa", "a", kind, "你好", template=template)
    return Planned(message, replace(Contact(1, "oa", "a"), **contact), AccountState("oa"), "小美")


@pytest.mark.parametrize(
    ("ago", "sent", "may"),
    [
        (timedelta(), 0, True),
        (HOURS_48 - SECOND, 0, True),
        (HOURS_48 - timedelta(microseconds=1), 4, True),
        (HOURS_48, 0, False),
        (HOURS_48 + SECOND, 0, False),
        (timedelta(), 4, True),
        (timedelta(), 5, False),
        (timedelta(), 6, False),
        (-SECOND, 0, True),  # another machine's clock is a little ahead
    ],
)
def test_the_message_window_to_the_second_and_to_the_message(ago: timedelta, sent: int, may: bool) -> None:
    verdict = permission(planned(message_at=NOW - ago, message_sent=sent), OA, NOW)
    assert verdict == BY_MESSAGE if may else isinstance(verdict, Park)


@pytest.mark.parametrize(
    ("ago", "sent", "may"),
    [(timedelta(), 0, True), (MINUTE - SECOND, 2, True), (MINUTE, 0, False), (timedelta(), 3, False)],
)
def test_the_touch_window_to_the_second_and_to_the_message(ago: timedelta, sent: int, may: bool) -> None:
    verdict = permission(planned(touch_at=NOW - ago, touch_sent=sent), OA, NOW)
    assert verdict == BY_TOUCH if may else isinstance(verdict, Park)


def test_the_message_window_is_used_up_before_the_touch_window() -> None:
    both = planned(message_at=NOW, touch_at=NOW)
    assert permission(both, OA, NOW) == BY_MESSAGE
    used = replace(both, contact=replace(both.contact, message_sent=5))
    assert permission(used, OA, NOW) == BY_TOUCH


@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_opens_a_closed_window_for_notices_only(kind: Kind) -> None:
    verdict = permission(planned(kind, "shipping"), OA, NOW)
    assert verdict == Send(Via.TEMPLATE) if kind is Kind.NOTICE else isinstance(verdict, Park)


def test_a_template_that_is_not_configured_opens_nothing() -> None:
    assert isinstance(permission(planned(Kind.NOTICE, "refund"), OA, NOW), Park)
    assert isinstance(permission(planned(Kind.NOTICE, None), OA, NOW), Park)


def test_inside_the_window_a_notice_needs_no_template() -> None:
    assert permission(planned(Kind.NOTICE, "shipping", message_at=NOW), OA, NOW) == BY_MESSAGE


def test_a_template_does_not_reach_who_is_gone() -> None:
    assert isinstance(permission(planned(Kind.NOTICE, "shipping", reachable=False), OA, NOW), Park)


def test_without_windows_everything_may_go() -> None:
    assert permission(planned(), FREE, NOW) == Send(Via.API)


def test_who_is_gone_is_waited_for() -> None:
    verdict = permission(planned(reachable=False, message_at=NOW), OA, NOW)
    assert isinstance(verdict, Park)
    assert "取消了关注" in verdict.reason


@pytest.mark.parametrize(("left", "held"), [(SECOND, True), (timedelta(), False), (-SECOND, False)])
def test_a_stopped_account_holds_until_it_goes_again(left: timedelta, held: bool) -> None:
    stopped = replace(
        planned(message_at=NOW), account=AccountState("oa", stopped_until=NOW + left, stopped_reason="封了")
    )
    assert permission(stopped, OA, NOW) == (Hold(NOW + left, "封了") if held else BY_MESSAGE)


@pytest.mark.parametrize(("left", "parked"), [(SECOND, True), (timedelta(), False)])
def test_without_the_right_to_send_it_waits(left: timedelta, parked: bool) -> None:
    disabled = replace(planned(message_at=NOW), account=AccountState("oa", api_disabled_until=NOW + left))
    verdict = permission(disabled, OA, NOW)
    assert isinstance(verdict, Park) if parked else verdict == BY_MESSAGE


def test_a_channel_without_the_right_waits_too() -> None:
    verdict = permission(planned(message_at=NOW), NO_API, NOW)
    assert isinstance(verdict, Park)
    assert "权限" in verdict.reason


@pytest.mark.parametrize(("left", "dropped"), [(SECOND, False), (timedelta(), True), (-SECOND, True)])
def test_what_has_expired_is_dropped(left: timedelta, dropped: bool) -> None:
    verdict = permission(replace(planned(), expires_at=NOW + left), FREE, NOW)
    assert isinstance(verdict, Drop if dropped else Send)


@pytest.mark.parametrize("kind", list(Kind))
def test_only_what_greets_or_sells_can_be_unwanted(kind: Kind) -> None:
    verdict = permission(replace(planned(kind), unwanted="对方退订了"), FREE, NOW)
    assert verdict == (Drop("对方退订了") if kind in (Kind.CARE, Kind.PROMO) else Send(Via.API))


def test_why_the_window_is_closed_is_said() -> None:
    silent = permission(planned(message_at=NOW - HOURS_48), OA, NOW)
    full = permission(planned(message_at=NOW, message_sent=5), OA, NOW)
    never = permission(planned(), OA, NOW)
    assert [v.reason for v in (silent, full, never) if isinstance(v, Park)] == [
        "对方超过 48 小时没说话，平台不让主动发",
        "对方说话后已经发满 5 条，平台不让再发",
        "对方超过 48 小时没说话，平台不让主动发",
    ]


# --- whatever the ledger says -------------------------------------------------------------------

moments = st.none() | st.timedeltas(timedelta(days=-5), timedelta(days=1)).map(lambda ago: NOW + ago)
counts = st.integers(0, 7)
contacts = st.builds(
    Contact,
    st.just(1),
    st.just("oa"),
    st.just("a"),
    st.none(),
    st.booleans(),
    moments,
    counts,
    moments,
    counts,
    moments,
)
accounts = st.builds(AccountState, st.just("oa"), moments, st.just("停"), moments, moments)
windows = st.none() | st.builds(Window, st.integers(1, 5), st.timedeltas(SECOND, timedelta(days=3)))
capabilities = st.builds(
    Capability,
    passive=st.booleans(),
    api=st.booleans(),
    message_window=windows,
    touch_window=windows,
    templates=st.sampled_from([frozenset(), frozenset({"shipping"})]),
)
messages = st.builds(
    Outgoing,
    st.just(7),
    st.just("oa"),
    st.just("a"),
    st.sampled_from(Kind),
    st.just("x"),
    template=st.sampled_from([None, "shipping"]),
)
rows = st.builds(
    Planned,
    messages,
    contacts,
    accounts,
    st.just("小美"),
    expires_at=moments,
    unwanted=st.sampled_from(["", "对方退订了"]),
)


@given(rows, capabilities)
def test_only_what_is_late_or_unwanted_is_dropped(row: Planned, capability: Capability) -> None:
    dropped = isinstance(permission(row, capability, NOW), Drop)
    late = row.expires_at is not None and row.expires_at <= NOW
    unwanted = bool(row.unwanted) and row.message.kind in (Kind.CARE, Kind.PROMO)
    assert dropped == (late or unwanted)


@given(rows, capabilities)
def test_a_reply_is_never_dropped_unless_it_is_late(row: Planned, capability: Capability) -> None:
    reply = replace(row, message=replace(row.message, kind=Kind.REPLY), expires_at=None)
    assert not isinstance(permission(reply, capability, NOW), Drop)


@given(rows, capabilities)
def test_nothing_goes_by_api_outside_an_open_window(row: Planned, capability: Capability) -> None:
    verdict = permission(row, capability, NOW)
    if not isinstance(verdict, Send):
        return
    account, contact = row.account, row.contact
    assert capability.api
    assert contact.reachable
    assert account.stopped_until is None or account.stopped_until <= NOW
    assert account.api_disabled_until is None or account.api_disabled_until <= NOW
    if verdict.via is Via.TEMPLATE:
        assert row.message.kind is Kind.NOTICE
        assert row.message.template in capability.templates
        assert verdict.ledger is Ledger.NONE
    elif capability.message_window is None:
        assert verdict.ledger is Ledger.NONE
    else:
        window, opened, sent = (
            (capability.message_window, contact.message_at, contact.message_sent)
            if verdict.ledger is Ledger.MESSAGE
            else (capability.touch_window, contact.touch_at, contact.touch_sent)
        )
        assert window is not None
        assert opened is not None
        assert opened + window.lasts > NOW
        assert sent < window.count


@given(rows, capabilities)
def test_every_no_has_its_reason_and_every_hold_ends_later(row: Planned, capability: Capability) -> None:
    verdict = permission(row, capability, NOW)
    if isinstance(verdict, Hold):
        assert verdict.until > NOW
    if not isinstance(verdict, Send):
        assert verdict.reason


@given(rows, capabilities)
def test_the_buyers_next_message_opens_what_is_parked(row: Planned, capability: Capability) -> None:
    """CONTRACT §7.2: at the latest with their next message, where there is a road at all."""
    if not isinstance(permission(row, capability, NOW), Park):
        return
    spoke = replace(row, contact=replace(row.contact, reachable=True, message_at=NOW, message_sent=0))
    disabled = row.account.api_disabled_until is not None and row.account.api_disabled_until > NOW
    stopped = row.account.stopped_until is not None and row.account.stopped_until > NOW
    no_road = disabled or not capability.api
    expected = Hold if stopped else Park if no_road else Send
    assert isinstance(permission(spoke, capability, NOW), expected)
