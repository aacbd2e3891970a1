"""What a buyer adds to an open complaint, kept word for word (PRACTICES 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from bot.core.complaint import Complaint, Signal
from bot.core.effects import MoveComplaint, NotifySeller
from handlers.complaint import steps
from handlers.complaint.matter import corrected
from handlers.complaint.signs import proves, urgency
from handlers.situation import Situation
from handlers.understanding.meaning import Urgency

BUYER = "买家"
"""The actor of a move that the buyer's words make."""
LONGEST_PIECE = 500
LONGEST = 4000
"""Characters of all that was said; the beginning is kept, where the matter is, and the end."""
_UNREADABLE = "（图片、语音或文件）"
_RANK = {u.value: rank for rank, u in enumerate(Urgency)}
_KEPT = frozenset(f.name for f in fields(Complaint))


def moved(complaint: Complaint, advance: steps.Advance, **more: Any) -> MoveComplaint:
    """The effect of an advance, with more fields that change."""
    changes = {**advance.changes, **more}
    return MoveComplaint(complaint.id, complaint.customer_id, advance.move, changes, advance.ending)


def after(complaint: Complaint, changes: Mapping[str, Any]) -> Complaint:
    """The complaint as it will be loaded next, its story aside."""
    return replace(complaint, **{name: value for name, value in changes.items() if name in _KEPT})


def hear(situation: Situation, complaint: Complaint, signal: Signal, sent: str = "") -> MoveComplaint:
    """The message as a move: words, proof, urgency, and the matter if it was a guess till now.

    sent: what the buyer is told in answer. Raises steps.Refusal where the step does not take `signal`.
    """
    settings, words = situation.settings, said_in(situation)
    plan, hours = settings.complaints.deadlines.plan, settings.shop.opening
    advance = steps.advance(
        complaint, signal, situation.now, plan, hours, actor=BUYER, words=words, sent=sent
    )
    more: dict[str, Any] = {
        "words": joined(complaint.words, words),
        "evidence": complaint.evidence + proves(situation),
        "urgency": max(complaint.urgency, urgency(situation), key=lambda u: _RANK.get(u, 1)),
        "heard_at": situation.now,
    }
    return moved(complaint, advance, **more, **corrected(complaint, situation))


def said_in(situation: Situation) -> str:
    """The message as it goes on record."""
    text = situation.text.strip()
    if not situation.heard:
        text = f"{text}\n{_UNREADABLE}".strip()
    return text[:LONGEST_PIECE]


def joined(before: str, words: str) -> str:
    """All that was said so far and now."""
    return shortened(f"{before}\n{words}".strip(), LONGEST)


def shortened(words: str, most: int) -> str:
    """The beginning and the end of what is longer than `most` characters."""
    half = most // 2
    return words if len(words) <= most else f"{words[:half]}\n…\n{words[-half:]}"


def alert_key(situation: Situation) -> str:
    """Names the message in an alert about it, so that the seller can correct how it was read."""
    return f"complaint:{situation.customer.contact.account}:{situation.message_ids[-1]}"


def told(situation: Situation, text: str, *, awaits: bool = True) -> NotifySeller:
    """Tell the seller once of this message."""
    return NotifySeller(text, alert_key(situation), awaits=awaits)
