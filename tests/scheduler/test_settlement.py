"""What a permission, an attempt or a crash means for a row: every verdict, for every kind of message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Judgement
from bot.core.delivery import (
    UNASKED,
    AccountState,
    Capability,
    Contact,
    Kind,
    Outcome,
    Outgoing,
    Planned,
    Status,
    Verdict,
    Via,
    Window,
)
from bot.core.effects import BuyerAnswered, LeaveTask, NotifySeller, SettleTask, TaskState
from bot.core.ledger import Late, Priority
from bot.core.settings import SendingSettings
from scheduler.permission import Drop, Hold, Ledger, Park, Send
from scheduler.settlement import LEASE, LONGEST_BACKOFF, after_crash, by_outcome, by_permission

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
OA = Capability(message_window=Window(5, timedelta(hours=48)), touch_window=Window(3, timedelta(minutes=1)))
SENDING = SendingSettings(attempts=6, first_backoff=timedelta(seconds=5))
CONTACT = Contact(1, "oa", "a", 9, message_at=NOW, message_sent=2, touch_at=NOW, touch_sent=1)
NOTHING = timedelta()

WANT_OF_A_WINDOW = [Verdict.WINDOW_CLOSED, Verdict.QUOTA_USED, Verdict.UNREACHABLE]

EXPECTED = {
    Verdict.SENT: Status.SENT,
    Verdict.RETRY: Status.PLANNED,
    Verdict.WINDOW_CLOSED: Status.PARKED,
    Verdict.QUOTA_USED: Status.PARKED,
    Verdict.UNREACHABLE: Status.PARKED,
    Verdict.ACCOUNT_STOPPED: Status.PLANNED,
    Verdict.API_DISABLED: Status.PARKED,
    Verdict.REJECTED: Status.FAILED,
    Verdict.UNKNOWN: Status.UNKNOWN,
}


def row(kind: Kind = Kind.RELAY, attempts: int = 0, *, waited: bool = False, via: Via = Via.API) -> Planned:
    message = Outgoing(7, "oa", "a", kind, "明天给你补发", via=via, attempts=attempts)
    return Planned(message, CONTACT, AccountState("oa"), "小美", "老板", waited=waited)


def tried(verdict: Verdict, planned: Planned | None = None, **outcome: object) -> Judgement:
    said = replace(Outcome(verdict, "平台这么说", "123", "p1"), **outcome)
    return by_outcome(planned or row(), said, NOW, SENDING, OA)


def told(judgement: Judgement) -> list[str]:
    return [e.text for e in judgement.effects if isinstance(e, NotifySeller)]


# --- every verdict ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "kind", "waited", "attempts"),
    list(product(Verdict, Kind, (False, True), (0, 3, 5))),
)
def test_every_verdict_for_every_row(verdict: Verdict, kind: Kind, waited: bool, attempts: int) -> None:
    judged = tried(verdict, row(kind, attempts, waited=waited))
    last_try = verdict is Verdict.RETRY and attempts + 1 >= SENDING.attempts
    expected = Status.FAILED if last_try else EXPECTED[verdict]
    assert judged.row["status"] is expected
    assert judged.start_at is None
    answered = [effect for effect in judged.effects if isinstance(effect, BuyerAnswered)]
    assert len(answered) == (kind is Kind.RELAY and expected is Status.SENT)
    tasks = [e for e in judged.effects if isinstance(e, LeaveTask | SettleTask)]
    assert all(
        isinstance(effect, NotifySeller | BuyerAnswered) or effect in tasks for effect in judged.effects
    )
    assert not tasks or kind in UNASKED
    if kind is Kind.ALERT or (kind in UNASKED and expected not in (Status.FAILED, Status.UNKNOWN)):
        assert all("账号" in text for text in told(judged))
    elif expected in (Status.PARKED, Status.FAILED, Status.UNKNOWN):
        assert any("小美" in text for text in told(judged))
    if expected is not Status.SENT:
        assert judged.row["reason"]
        assert "sent_at" not in judged.row
        assert "platform_id" not in judged.row
        assert not any("已经送出" in text for text in told(judged))


@pytest.mark.parametrize("verdict", Verdict)
def test_an_alert_about_a_message_never_comes_from_an_alert(verdict: Verdict) -> None:
    about_itself = [t for t in told(tried(verdict, row(Kind.ALERT, 5, waited=True))) if "小美" in t]
    assert about_itself == []


@pytest.mark.parametrize("verdict", Verdict)
def test_every_alert_has_a_key_so_that_it_is_told_once(verdict: Verdict) -> None:
    for effect in tried(verdict, row(Kind.REPLY, 5, waited=True)).effects:
        assert isinstance(effect, NotifySeller)
        assert effect.key


def test_sent() -> None:
    judged = tried(Verdict.SENT)
    assert judged.row == {
        "status": Status.SENT,
        "sent_at": NOW,
        "platform_id": "p1",
        "reason": "",
        "code": "",
    }
    answered = [BuyerAnswered(CONTACT.customer_id or 0, "老板")]
    assert (judged.contact, judged.account, list(judged.effects)) == ({}, {}, answered)


def test_sent_after_a_wait_is_told() -> None:
    assert told(tried(Verdict.SENT, row(waited=True))) == ["刚才等着的，给 小美 的回复已经送出。"]


def test_a_closed_window_is_noted() -> None:
    judged = tried(Verdict.WINDOW_CLOSED)
    assert judged.contact == {"message_at": None, "touch_at": None}
    assert judged.row["waited"] is True


def test_a_used_quota_is_noted_as_full() -> None:
    assert tried(Verdict.QUOTA_USED).contact == {"message_sent": 5, "touch_sent": 3}


def test_who_is_gone_is_noted() -> None:
    assert tried(Verdict.UNREACHABLE).contact == {"reachable": False}


def test_a_stopped_account_waits_for_everybody_and_is_told_once_a_day() -> None:
    judged = tried(Verdict.ACCOUNT_STOPPED, retry_after=timedelta(hours=3))
    until = NOW + timedelta(hours=3)
    assert judged.row["due_at"] == until
    assert judged.account == {"stopped_until": until, "stopped_reason": "平台这么说"}
    other = by_outcome(
        replace(row(), message=replace(row().message, id=8)),
        Outcome(Verdict.ACCOUNT_STOPPED, "平台这么说", "123"),
        NOW + timedelta(hours=2),
        SENDING,
        OA,
    )
    assert [e.key for e in judged.effects] == [e.key for e in other.effects]  # type: ignore[union-attr]


def test_a_stopped_account_without_a_time_is_tried_again_in_an_hour() -> None:
    assert tried(Verdict.ACCOUNT_STOPPED).row["due_at"] == NOW + timedelta(hours=1)


def test_no_right_to_send_is_remembered_for_a_day() -> None:
    judged = tried(Verdict.API_DISABLED)
    assert judged.account == {"api_disabled_until": NOW + timedelta(days=1)}
    assert len(told(judged)) == 2


@pytest.mark.parametrize(
    "verdict", [Verdict.RETRY, Verdict.ACCOUNT_STOPPED, Verdict.API_DISABLED, Verdict.REJECTED]
)
def test_what_the_platform_did_not_take_is_not_counted(verdict: Verdict) -> None:
    assert tried(verdict).contact == {"message_sent": 2, "touch_sent": 1}


@pytest.mark.parametrize("verdict", [Verdict.SENT, Verdict.UNKNOWN])
def test_what_it_may_have_taken_stays_counted(verdict: Verdict) -> None:
    assert tried(verdict).contact == {}


@pytest.mark.parametrize(
    "verdict", [Verdict.WINDOW_CLOSED, Verdict.QUOTA_USED, Verdict.UNREACHABLE, Verdict.ACCOUNT_STOPPED]
)
def test_a_closed_door_is_no_attempt(verdict: Verdict) -> None:
    assert tried(verdict, row(attempts=3)).row["attempts"] == 3


@pytest.mark.parametrize("verdict", WANT_OF_A_WINDOW)
def test_a_refusal_older_than_the_buyers_message_is_tried_again_at_once(verdict: Verdict) -> None:
    said = Outcome(verdict, "关了", "1")
    judged = by_outcome(row(), said, NOW, SENDING, OA, heard_since=True)
    assert (judged.row["status"], judged.row["due_at"]) == (Status.PLANNED, NOW)
    assert told(judged) == []


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in WANT_OF_A_WINDOW])
def test_every_other_outcome_means_the_same_whoever_spoke(verdict: Verdict) -> None:
    said = Outcome(verdict, "话", "1")
    assert by_outcome(row(), said, NOW, SENDING, OA, heard_since=True) == by_outcome(
        row(), said, NOW, SENDING, OA
    )


# --- trying again -------------------------------------------------------------------------------


def test_the_backoff_doubles_and_ends_at_an_hour() -> None:
    patient = SendingSettings(attempts=20, first_backoff=timedelta(seconds=5))
    busy = Outcome(Verdict.RETRY, "忙")
    waits = [by_outcome(row(attempts=n), busy, NOW, patient, OA).row["due_at"] - NOW for n in range(19)]
    assert waits[:4] == [timedelta(seconds=s) for s in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_BACKOFF


def test_the_platform_may_say_when() -> None:
    judged = tried(Verdict.RETRY, retry_after=timedelta(minutes=3))
    assert judged.row["due_at"] == NOW + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("attempts", "most", "again"),
    [(0, None, True), (4, None, True), (5, None, False), (2, 4, True), (3, 4, False), (5, 9, False)],
)
def test_the_shop_and_the_platform_both_limit_the_attempts(
    attempts: int, most: int | None, again: bool
) -> None:
    judged = tried(Verdict.RETRY, row(attempts=attempts), most_attempts=most)
    assert judged.row["status"] is (Status.PLANNED if again else Status.FAILED)
    if not again:
        assert f"试了 {attempts + 1} 次" in told(judged)[0]


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_however_often_it_was_tried_settling_works(attempts: int, most: int) -> None:
    patient = SendingSettings(attempts=most, first_backoff=timedelta(seconds=5))
    judged = by_outcome(row(attempts=attempts), Outcome(Verdict.RETRY, "忙"), NOW, patient, OA)
    assert (judged.row["status"] is Status.FAILED) == (attempts + 1 >= most)


# --- permission ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ledger", "contact"),
    [(Ledger.MESSAGE, {"message_sent": 3}), (Ledger.TOUCH, {"touch_sent": 2}), (Ledger.NONE, {})],
)
def test_what_goes_is_counted_before_it_goes(ledger: Ledger, contact: dict[str, int]) -> None:
    judged = by_permission(row(attempts=1), Send(Via.API, ledger), NOW, NOW, NOTHING)
    assert judged.contact == contact
    assert judged.start_at == NOW
    assert judged.row == {
        "status": Status.SENDING,
        "via": Via.API,
        "attempts": 2,
        "lease_until": NOW + LEASE,
        "began_at": NOW,
        "reason": "",
    }


def test_the_gap_to_the_next_message_counts_from_the_start() -> None:
    later, gap = NOW + timedelta(seconds=1), timedelta(seconds=2)
    judged = by_permission(row(), Send(Via.API), NOW, later, gap)
    assert judged.contact == {"next_send_at": later + gap}
    assert judged.row["lease_until"] == later + LEASE


def test_hold_park_and_drop() -> None:
    until = NOW + timedelta(hours=1)
    held = by_permission(row(), Hold(until, "停"), NOW, NOW, NOTHING)
    assert held.row == {"status": Status.PLANNED, "due_at": until, "reason": "停"}
    parked = by_permission(row(), Park("窗口关了"), NOW, NOW, NOTHING)
    assert (parked.row["status"], parked.row["waited"]) == (Status.PARKED, True)
    assert "对方下次来消息就送" in told(parked)[0]
    dropped = by_permission(row(), Drop("过时"), NOW, NOW, NOTHING)
    assert dropped.row == {"status": Status.DROPPED, "reason": "过时"}
    assert "没有发：过时" in told(dropped)[0]
    for judged in (held, parked, dropped):
        assert judged.start_at is None
        assert judged.contact == {}


@pytest.mark.parametrize("permission", [Hold(NOW, "x"), Park("x"), Drop("x")])
def test_an_alert_that_may_not_go_is_not_alerted_about(permission: Hold | Park | Drop) -> None:
    assert list(by_permission(row(Kind.ALERT), permission, NOW, NOW, NOTHING).effects) == []


def greeting(kind: Kind = Kind.CARE, priority: Priority = Priority.BIRTHDAY, **fields: object) -> Planned:
    return replace(
        row(kind), priority=priority, rule="生日祝福", expires_at=NOW + timedelta(hours=9), **fields
    )


@pytest.mark.parametrize(
    ("planned", "waits"),
    [
        (row(), Status.PLANNED),
        (row(Kind.NOTICE), Status.PLANNED),
        (replace(row(Kind.NOTICE), late=Late.HOLD), Status.HELD),
        (row(Kind.CARE), Status.HELD),
        (row(Kind.PROMO), Status.HELD),
    ],
)
def test_what_can_wait_keeps_nobody_waiting(planned: Planned, waits: Status) -> None:
    """A planned row blocks its lane whatever its due time (DESIGN §7.2); a held one does not."""
    assert by_permission(planned, Hold(NOW, "夜里"), NOW, NOW, NOTHING).row["status"] is waits


def test_a_greeting_that_finds_no_road_is_left_to_the_sellers_hand() -> None:
    judged = by_permission(greeting(), Park("窗口关了"), NOW, NOW, NOTHING)
    until = NOW + timedelta(hours=9)
    assert judged.effects == (LeaveTask(9, "生日祝福", "明天给你补发", "push:7", until, "窗口关了", 7),)
    assert judged.row["status"] is Status.PARKED


@pytest.mark.parametrize(
    "planned",
    [
        greeting(Kind.PROMO),
        greeting(priority=Priority.FESTIVAL),
        greeting(contact=replace(CONTACT, reachable=False)),
        greeting(contact=replace(CONTACT, customer_id=None)),
        row(Kind.NOTICE),
    ],
)
def test_what_is_for_everybody_or_for_nobody_makes_no_task(planned: Planned) -> None:
    effects = by_permission(planned, Park("窗口关了"), NOW, NOW, NOTHING).effects
    assert not [e for e in effects if isinstance(e, LeaveTask)]


@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.SENT, TaskState.DONE), (Verdict.UNKNOWN, TaskState.SKIPPED)]
)
def test_what_has_left_by_itself_is_no_task_any_more(verdict: Verdict, state: TaskState) -> None:
    assert SettleTask("push:7", state) in tried(verdict, greeting(waited=True)).effects
    assert not [e for e in tried(verdict, greeting()).effects if isinstance(e, SettleTask)]


def test_what_may_not_go_any_more_is_no_task_either() -> None:
    effects = by_permission(greeting(waited=True), Drop("对方退订了"), NOW, NOW, NOTHING).effects
    assert effects == (SettleTask("push:7", TaskState.SKIPPED),)


# --- crashes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("via", "idempotent", "age", "again"),
    [
        (Via.API, True, timedelta(hours=5), True),
        (Via.API, False, timedelta(), False),
        (Via.PASSIVE, True, timedelta(), False),
        (Via.PASSIVE, False, timedelta(), False),
        (Via.TEMPLATE, False, timedelta(minutes=8, seconds=59), True),
        (Via.TEMPLATE, False, timedelta(minutes=9), False),
    ],
)
def test_after_a_crash(via: Via, idempotent: bool, age: timedelta, again: bool) -> None:
    left = replace(row(via=via), lease_until=NOW - age + LEASE)
    judged = after_crash(left, replace(OA, idempotent=idempotent), NOW)
    assert judged.row["status"] is (Status.PLANNED if again else Status.UNKNOWN)
    assert bool(told(judged)) is not again
