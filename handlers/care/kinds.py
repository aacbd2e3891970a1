"""What each kind of care is: how it is sent, which content rules hold, who goes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.core.care_rules import What
from bot.core.delivery import Kind
from bot.core.ledger import Priority
from handlers.content import TextKind


class CareKind(NamedTuple):
    """priority: None for what is outside of the cap. kind: None for what the bot does not send."""

    kind: Kind | None
    text: TextKind
    priority: Priority | None = None


KINDS: Final[Mapping[What, CareKind]] = {
    What.BIRTHDAY: CareKind(Kind.CARE, TextKind.BIRTHDAY, Priority.BIRTHDAY),
    What.COUPON: CareKind(Kind.PROMO, TextKind.COUPON, Priority.BIRTHDAY),
    What.FESTIVAL: CareKind(Kind.CARE, TextKind.FESTIVAL, Priority.FESTIVAL),
    What.SEASON: CareKind(Kind.CARE, TextKind.SEASON, Priority.SEASON),
    What.MISSING: CareKind(Kind.CARE, TextKind.MISSING, Priority.WIN_BACK),
    What.OFFER: CareKind(Kind.PROMO, TextKind.PROMO, Priority.WIN_BACK),
    What.CARE: CareKind(Kind.CARE, TextKind.CARE, Priority.AFTER_SALES),
    What.REMIND: CareKind(Kind.CARE, TextKind.REMIND, Priority.RUN_OUT),
    What.PROMO: CareKind(Kind.PROMO, TextKind.PROMO, Priority.PROMO),
    What.NOTICE: CareKind(Kind.NOTICE, TextKind.NOTICE),
    What.CALL: CareKind(None, TextKind.CARE),
    What.SHOP: CareKind(None, TextKind.CARE),
}
