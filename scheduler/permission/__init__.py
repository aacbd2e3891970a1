"""May this message go to this person now, and why not: one pure function, asked by everybody."""

from __future__ import annotations

from datetime import datetime

from bot.core.delivery import Capability, Planned
from bot.core.ledger import Limits
from scheduler.permission.person import by_person
from scheduler.permission.road import by_road
from scheduler.permission.verdicts import Doubt, Drop, Hold, Ledger, Park, Permission, Send

__all__ = ["Doubt", "Drop", "Hold", "Ledger", "Park", "Permission", "Send", "by_person", "permission"]


def permission(planned: Planned, capability: Capability, now: datetime, limits: Limits) -> Permission:
    """The one decision (CONTRACT §7.2–3): what the person may be sent, then what the road carries.

    What may have arrived and may not go now is in doubt, for a later repeat would not be recognised.
    """
    verdict = by_person(planned, now, limits) or by_road(planned, capability, now)
    if planned.message.unsure and isinstance(verdict, Park | Drop):
        return Doubt(verdict.reason)
    return verdict
