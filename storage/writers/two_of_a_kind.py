"""How two rows become one, of what a person has only one of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core.customer import TagSource
from storage.writers.trade import ENOUGH_WORDS

Values = dict[str, Any]
"""A row, by its columns."""
Join = Callable[[Values, Values], Values]
"""(the row that stays, the one that goes into it) -> what changes in the one that stays."""
_URGENCIES = ("建议", "普通", "紧急", "关键", "红线")


def nothing(kept: Values, gone: Values) -> Values:
    """The row that stays is as it was."""
    return {}


def one_tag(kept: Values, gone: Values) -> Values:
    """The seller's words before the bot's, the newer before the older."""
    by_seller = [row for row in (kept, gone) if row["source"] == TagSource.SELLER]
    said = max(by_seller or (kept, gone), key=lambda row: row["last_at"])
    return {
        "source": said["source"],
        "words": said["words"],
        "times": kept["times"] + gone["times"],
        "first_at": min(kept["first_at"], gone["first_at"]),
        "last_at": max(kept["last_at"], gone["last_at"]),
    }


def one_consultation(kept: Values, gone: Values) -> Values:
    """The words of both; what was said last holds."""
    first, last = sorted((kept, gone), key=lambda row: row["last_at"])
    return {
        "words": "\n".join(filter(None, (first["words"], last["words"])))[:ENOUGH_WORDS],
        "questions": kept["questions"] + gone["questions"],
        "opened_at": min(kept["opened_at"], gone["opened_at"]),
        "last_at": last["last_at"],
        "price": first["price"] if last["price"] is None else last["price"],
        "objections": last["objections"] or first["objections"],
    }


def one_question(kept: Values, gone: Values) -> Values:
    """It waits since the first of both, at the higher urgency."""
    first, last = sorted((kept, gone), key=lambda row: row["asked_at"])
    urgency = max(kept["urgency"], gone["urgency"], key=_rank)
    told = [row["acknowledged_at"] for row in (kept, gone) if row["acknowledged_at"]]
    return {
        "urgency": urgency,
        "words": "\n".join(filter(None, (first["words"], last["words"])))[:ENOUGH_WORDS],
        "asked_at": first["asked_at"],
        "message_id": first["message_id"],
        "stage": max(kept["stage"], gone["stage"]),
        "acknowledged_at": min(told, default=None),
    }


def _rank(urgency: str) -> int:
    return _URGENCIES.index(urgency) if urgency in _URGENCIES else 1


def had_it(kept: Values, gone: Values) -> Values:
    """What one of them has had, the person has had."""
    names = ("due_at", "state", "reason", "text", "ab", "settled_at")
    return {name: gone[name] for name in names} if kept["state"] == "planned" else {}


def the_earlier(kept: Values, gone: Values) -> Values:
    """A bell that rings too early is wound again by its rule; one that rings too late is missed."""
    if gone["due_at"] >= kept["due_at"]:
        return {}
    return {name: gone[name] for name in ("due_at", "payload", "lease_until")}
