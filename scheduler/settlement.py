"""What a permission, an attempt or a crash means for an outbox row: pure, and the only place that says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.core.decision import Judgement
from bot.core.delivery import NO_ANSWER, Capability, Outcome, Planned, Status, Verdict, Via
from bot.core.effects import NotifySeller, TaskState
from bot.core.settings import SendingSettings
from scheduler.permission import Doubt, Drop, Hold, Ledger, Park, Permission, Send
from scheduler.settled import delivered, left_to_the_seller, settled, short, tell, thing

LEASE = timedelta(seconds=60)
"""A row in `sending` for longer was left by a process that died."""

TEMPLATE_REMEMBERED = timedelta(minutes=9)
"""WeChat recognises the repeat of a template message for ten minutes (CHANNELS §1.8)."""

LONGEST_BACKOFF = timedelta(hours=1)
_WANT_OF_A_WINDOW = (Verdict.WINDOW_CLOSED, Verdict.QUOTA_USED, Verdict.UNREACHABLE)
REPROBE = timedelta(days=1)
"""How long an account without the right to send is left alone before it is tried again."""


def by_permission(
    planned: Planned, permission: Permission, now: datetime, start_at: datetime, person_gap: timedelta
) -> Judgement:
    """A row that wanted to go, and what the ledger said."""
    match permission:
        case Send(via, ledger):
            return Judgement(
                {
                    "status": Status.SENDING,
                    "via": via,
                    "attempts": planned.message.attempts + 1,
                    "lease_until": start_at + LEASE,
                    "began_at": start_at,
                    "reason": "",
                },
                contact=_used(planned, ledger)
                | ({"next_send_at": start_at + person_gap} if person_gap else {}),
                start_at=start_at,
                names=ledger.value if via is Via.ANSWER and not planned.message.unsure else "",
            )
        case Doubt(reason):
            return unknown(planned, reason)
        case Hold(until, reason):
            # what can wait, or has waited, keeps nobody else waiting (ADR 4)
            waits = Status.HELD if planned.can_wait or planned.waited else Status.PLANNED
            return Judgement({"status": waits, "due_at": until, "reason": reason})
        case Park(reason):
            return _parked(planned, reason)
        case Drop(reason):
            return Judgement(
                {"status": Status.DROPPED, "reason": reason},
                effects=(
                    *tell(planned, f"给 {planned.called} 的{thing(planned)}没有发：{reason}。", "dropped"),
                    *settled(planned, TaskState.SKIPPED),
                ),
            )


def by_outcome(
    planned: Planned,
    outcome: Outcome,
    now: datetime,
    sending: SendingSettings,
    capability: Capability,
    *,
    heard_since: bool = False,
) -> Judgement:
    """A row that was tried, and what the platform said.

    heard_since: the correspondent opened a window meanwhile, so that a refusal for want of one is stale.
    """
    if planned.message.unsure and outcome.verdict in _WANT_OF_A_WINDOW:
        return unknown(planned, outcome.reason)  # refused now; what became of the attempt before, nobody says
    if heard_since and outcome.verdict in _WANT_OF_A_WINDOW:
        return _untried(planned, now, outcome)
    match outcome.verdict:
        case Verdict.SENT:
            return _sent(planned, outcome, now)
        case Verdict.RETRY:
            return _again(planned, outcome, now, sending)
        case Verdict.WINDOW_CLOSED:
            return _parked(planned, outcome.reason, {"message_at": None, "touch_at": None}, outcome.code)
        case Verdict.QUOTA_USED:
            return _parked(planned, outcome.reason, _exhausted(capability), outcome.code)
        case Verdict.UNREACHABLE:
            return _parked(planned, outcome.reason, {"reachable": False}, outcome.code)
        case Verdict.ACCOUNT_STOPPED:
            return _account_stopped(planned, outcome, now)
        case Verdict.API_DISABLED:
            return _api_disabled(planned, outcome, now)
        case Verdict.REJECTED:
            return _failed(planned, outcome.reason, outcome.code)
        case Verdict.UNKNOWN:
            return unknown(planned, outcome.reason)


def _untried(planned: Planned, due_at: datetime, outcome: Outcome) -> Judgement:
    """Again at `due_at`; this attempt does not count."""
    row = {"status": Status.PLANNED, "due_at": due_at, "attempts": planned.message.attempts}
    return Judgement(row | {"reason": outcome.reason, "code": _code(planned, outcome)}, _refund(planned))


def _code(planned: Planned, outcome: Outcome) -> str:
    """A doubt stays until the message is recognised or given up."""
    return NO_ANSWER if planned.message.unsure else outcome.code


def after_crash(planned: Planned, capability: Capability, now: datetime) -> Judgement:
    """A row whose process died while it was being sent (DESIGN §4.4)."""
    began = planned.lease_until - LEASE if planned.lease_until else now
    template = planned.message.via is Via.TEMPLATE and now - began < TEMPLATE_REMEMBERED
    if capability.answers and capability.idempotent and planned.message.via is Via.ANSWER:
        return Judgement({"status": Status.PLANNED, "due_at": now, "code": NO_ANSWER})
    if capability.answers:
        return unknown(planned, "发的时候程序中断了")
    if template or (capability.idempotent and planned.message.via is Via.API):
        return Judgement({"status": Status.PLANNED, "due_at": now})
    return unknown(planned, "发的时候程序中断了")


def unknown(planned: Planned, reason: str) -> Judgement:
    """It may or may not have arrived: said plainly, and never sent again by itself."""
    text = (
        f"给 {planned.called} 的{thing(planned)}不知道送到没有（{reason}）：\n“{short(planned)}”\n"
        f"请到聊天里看一眼，没到就发 回 {planned.called} 文字"
    )
    told = (*tell(planned, text, "unknown"), *settled(planned, TaskState.SKIPPED))
    return Judgement({"status": Status.UNKNOWN, "reason": reason}, effects=told)


def _used(planned: Planned, ledger: Ledger) -> dict[str, Any]:
    match ledger:
        case Ledger.MESSAGE:
            return {"message_sent": planned.contact.message_sent + 1}
        case Ledger.TOUCH:
            return {"touch_sent": planned.contact.touch_sent + 1}
        case Ledger.NONE:
            return {}


def _sent(planned: Planned, outcome: Outcome, now: datetime) -> Judgement:
    row = {
        "status": Status.SENT,
        "sent_at": now,
        "platform_id": outcome.platform_id,
        "reason": "",
        "code": "",
    }
    return Judgement(row, effects=delivered(planned))


def _again(planned: Planned, outcome: Outcome, now: datetime, sending: SendingSettings) -> Judgement:
    code = _code(planned, outcome)
    if planned.message.attempts + 1 >= min(sending.attempts, outcome.most_attempts or sending.attempts):
        if code == NO_ANSWER:
            return unknown(planned, outcome.reason)
        return _failed(
            planned, f"试了 {planned.message.attempts + 1} 次都没送出，{outcome.reason}", outcome.code
        )
    backoff = min(sending.first_backoff * 2**planned.message.attempts, LONGEST_BACKOFF)
    due_at = now + (outcome.retry_after or backoff)
    row = {"status": Status.PLANNED, "due_at": due_at, "reason": outcome.reason, "code": code}
    return Judgement(row, contact=_refund(planned))


def _refund(planned: Planned) -> dict[str, Any]:
    """The counts as they were before this message, which the platform did not take, was counted."""
    return {"message_sent": planned.contact.message_sent, "touch_sent": planned.contact.touch_sent}


def _parked(
    planned: Planned, reason: str, contact: dict[str, Any] | None = None, code: str = ""
) -> Judgement:
    row = {"status": Status.PARKED, "reason": reason, "code": code, "waited": True}
    again = {"attempts": planned.message.attempts}  # what a closed window refuses was not tried in vain
    text = f"给 {planned.called} 的{thing(planned)}还没送出：{reason}。已经排好，对方下次来消息就送。"
    effects = (*tell(planned, text, "parked"), *left_to_the_seller(planned, reason, contact or {}))
    return Judgement(row | again, contact=contact or {}, effects=effects)


def _exhausted(capability: Capability) -> dict[str, Any]:
    message, touch = capability.message_window, capability.touch_window
    return {"message_sent": message.count if message else 0, "touch_sent": touch.count if touch else 0}


def _account_stopped(planned: Planned, outcome: Outcome, now: datetime) -> Judgement:
    until = now + (outcome.retry_after or timedelta(hours=1))
    account = planned.contact.account
    day = f"{now:%Y%m%d}"
    later = _untried(planned, until, outcome)
    return Judgement(
        later.row,
        later.contact,
        account={"stopped_until": until, "stopped_reason": outcome.reason},
        effects=[
            NotifySeller(
                f"账号 {account} 现在发不出消息：{outcome.reason}。没发的都排着，不会丢。",
                key=f"stopped:{account}:{outcome.code}:{day}",
            )
        ],
    )


def _api_disabled(planned: Planned, outcome: Outcome, now: datetime) -> Judgement:
    parked = _parked(planned, "这个号没有主动发消息的权限", _refund(planned), outcome.code)
    return Judgement(
        parked.row,
        parked.contact,
        {"api_disabled_until": now + REPROBE},
        [
            NotifySeller(
                f"账号 {planned.contact.account} 不能主动发消息（没认证或没开通），只能在买家来消息时回。",
                key=f"api_disabled:{planned.contact.account}",
            ),
            *parked.effects,
        ],
    )


def _failed(planned: Planned, reason: str, code: str) -> Judgement:
    text = (
        f"给 {planned.called} 的{thing(planned)}没送出：{reason}。\n“{short(planned)}”\n"
        f"要再试就发 回 {planned.called} 文字"
    )
    row = {"status": Status.FAILED, "reason": reason, "code": code}
    return Judgement(row, contact=_refund(planned), effects=tell(planned, text, "failed"))
