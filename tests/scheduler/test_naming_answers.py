"""A platform that lets through what names what it answers: roads, rooms, and repeats that are recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.delivery import (
    NO_ANSWER,
    AccountState,
    Answered,
    Capability,
    Contact,
    Kind,
    Outcome,
    Outgoing,
    Planned,
    Room,
    Status,
    Verdict,
    Via,
    Window,
)
from bot.core.ledger import Limits
from bot.core.settings import SendingSettings
from scheduler.permission import Doubt, Drop, Hold, Ledger, Park, Permission, Send, permission
from scheduler.settlement import after_crash, by_outcome, by_permission

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QQ = Capability(
    idempotent=True,
    answers=True,
    message_window=Window(4, HOUR),
    touch_window=Window(1, HOUR),
    room=Room("group:", Window(4, 5 * MINUTE)),
)
PUSHING = replace(QQ, proactive=True)
SENDING = SendingSettings(attempts=3, first_backoff=timedelta(seconds=5))
ANN, SOMEBODY = "ann", "group:g/m"


def row(
    to: str = ANN, kind: Kind = Kind.REPLY, message: dict[str, Any] | None = None, **contact: Any
) -> Planned:
    outgoing = replace(Outgoing(7, "qq", to, kind, "好的"), **(message or {}))
    return Planned(outgoing, replace(Contact(1, "qq", to), **contact), AccountState("qq"), "安安")


def unsure(ago: timedelta = MINUTE, *, event: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "unsure": True,
        "via": Via.ANSWER,
        "answers": Answered("M1", NOW - ago, event),
        "attempts": 1,
    } | more


def asked(planned: Planned, capability: Capability = QQ) -> Permission:
    return permission(planned, capability, NOW, Limits(quiet=None))


def test_the_roads() -> None:
    assert asked(row(message_at=NOW)) == Send(Via.ANSWER, Ledger.MESSAGE)
    assert asked(row(touch_at=NOW)) == Send(Via.ANSWER, Ledger.TOUCH)
    assert isinstance(asked(row()), Park)
    assert asked(row(), PUSHING) == Send(Via.API)
    assert isinstance(asked(row(message_at=NOW, message_sent=4)), Park)


def test_a_refused_right_to_push_closes_no_other_road() -> None:
    refused = AccountState("qq", api_disabled_until=NOW + HOUR)
    assert isinstance(asked(replace(row(), account=refused), PUSHING), Park)
    assert asked(replace(row(message_at=NOW), account=refused), PUSHING) == Send(Via.ANSWER, Ledger.MESSAGE)


@pytest.mark.parametrize("kind", Kind)
def test_in_a_room_only_the_answer_to_what_was_said(kind: Kind) -> None:
    verdict = asked(row(SOMEBODY, kind, message_at=NOW), PUSHING)
    assert isinstance(verdict, Send) == (kind is Kind.REPLY)


def test_a_room_forgets_quickly() -> None:
    assert isinstance(asked(row(SOMEBODY, message_at=NOW - 6 * MINUTE), PUSHING), Drop)


def test_what_it_names_is_chosen_with_the_first_attempt_only() -> None:
    send = Send(Via.ANSWER, Ledger.TOUCH)
    assert by_permission(row(), send, NOW, NOW, timedelta()).names == "touch"
    assert by_permission(row(message=unsure()), send, NOW, NOW, timedelta()).names == ""
    assert by_permission(row(), Send(Via.API), NOW, NOW, timedelta()).names == ""


# --- what may have arrived


def test_a_repeat_names_the_same_however_full_the_window_is() -> None:
    assert asked(row(message=unsure(), message_at=NOW, message_sent=4)) == Send(Via.ANSWER, Ledger.MESSAGE)
    assert asked(row(message=unsure(), message_at=None)) == Send(Via.ANSWER, Ledger.MESSAGE)


@pytest.mark.parametrize(
    "planned",
    [
        row(message=unsure(HOUR), message_at=NOW),
        row(message=unsure(event=True), touch_at=NOW),
        row(message=unsure(answers=None), message_at=NOW),
        row(message=unsure(), message_at=NOW, reachable=False),
        row(SOMEBODY, message=unsure(6 * MINUTE), message_at=NOW),
        replace(row(message=unsure(), message_at=NOW), expires_at=NOW),
        replace(row(kind=Kind.CARE, message=unsure(), message_at=NOW), unwanted="退订了"),
    ],
)
def test_what_would_not_be_recognised_stays_in_doubt(planned: Planned) -> None:
    verdict = asked(planned)
    assert isinstance(verdict, Doubt)
    settled = by_permission(planned, verdict, NOW, NOW, timedelta())
    assert settled.row["status"] is Status.UNKNOWN


def test_a_stopped_account_is_waited_for() -> None:
    stopped = AccountState("qq", stopped_until=NOW + MINUTE, stopped_reason="坏了")
    assert isinstance(asked(replace(row(message=unsure()), account=stopped)), Hold)


def outcome(verdict: Verdict, planned: Planned, code: str = "") -> dict[str, Any]:
    return dict(
        by_outcome(planned, Outcome(verdict, "没有答复", code), NOW, SENDING, QQ, heard_since=True).row
    )


def test_no_answer_makes_it_unsure_and_so_it_stays() -> None:
    assert outcome(Verdict.RETRY, row(), NO_ANSWER)["code"] == NO_ANSWER
    assert outcome(Verdict.RETRY, row(message=unsure()), "429")["code"] == NO_ANSWER
    assert outcome(Verdict.ACCOUNT_STOPPED, row(message=unsure()), "11265")["code"] == NO_ANSWER
    assert outcome(Verdict.SENT, row(message=unsure()))["code"] == ""


@pytest.mark.parametrize("verdict", [Verdict.WINDOW_CLOSED, Verdict.QUOTA_USED, Verdict.UNREACHABLE])
def test_a_refused_repeat_says_nothing_of_the_first(verdict: Verdict) -> None:
    assert outcome(verdict, row(message=unsure()))["status"] is Status.UNKNOWN


def test_the_last_attempt_without_an_answer_is_not_called_failed() -> None:
    assert outcome(Verdict.RETRY, row(message=unsure(attempts=2)), NO_ANSWER)["status"] is Status.UNKNOWN
    assert outcome(Verdict.RETRY, row(message={"attempts": 2}), NO_ANSWER)["status"] is Status.UNKNOWN
    assert outcome(Verdict.RETRY, row(message={"attempts": 2}), "429")["status"] is Status.FAILED


def test_after_a_crash() -> None:
    answer = after_crash(row(message={"via": Via.ANSWER}), QQ, NOW)
    assert (answer.row["status"], answer.row["code"]) == (Status.PLANNED, NO_ANSWER)
    assert after_crash(row(message={"via": Via.API}), QQ, NOW).row["status"] is Status.UNKNOWN
