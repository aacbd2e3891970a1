"""What is said to buyers and sellers, and what becomes of what is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.delivery import Kind
from bot.core.holiday import Holiday
from bot.core.ledger import Late, Priority


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the sender of the event at hand.

    picture: a PNG that comes after the text, where the account carries pictures.
    """

    text: str
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Push:
    """Say something to a customer outside of an answer.

    key: the same key is the same message, whoever asks for it how often (unique in the outbox).
    hold: how long it can still be taken back with 撤. origin: the seller who typed it, told if it must wait.
    rule: which rule wants it, as the seller calls it. priority: whether it gets a month's last message (None:
    as its kind has it). late: what the quiet hours do to it. What greets or sells and has no `expires_at` may
    wait as long as `limits.wait` says.
    """

    customer_id: int
    text: str
    kind: Kind
    key: str | None = None
    hold: timedelta = timedelta()
    expires_at: datetime | None = None
    template: str | None = None
    template_data: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    rule: str = ""
    priority: Priority | None = None
    late: Late = Late.ANY


@dataclass(frozen=True, slots=True)
class NotifySeller:
    """Tell every bound seller once; the same key is never told twice.

    owner_only: only those whose role is owner. awaits: a buyer waits for an answer to this.
    picture: as `Reply` has it.
    """

    text: str
    key: str | None = None
    owner_only: bool = False
    awaits: bool = False
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class StopPushes:
    """`停 全部` (stopped) and `恢复 全部`: no care or promo for anybody."""

    stopped: bool


@dataclass(frozen=True, slots=True)
class KeepHoliday:
    """`放假` and `开工`: these days count from now on, instead of what was said before."""

    holiday: Holiday


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take outbox rows back that have not left yet."""

    outbox_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SettleDelivery:
    """A platform's late word on a message it had taken (CHANNELS §1.4 TEMPLATESENDJOBFINISH)."""

    account: str
    platform_id: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GrantNotice:
    """A correspondent agreed to (+1), used (-1) or refused (0) a subscription notice (CHANNELS §1.9)."""

    contact_id: int
    template_id: str
    change: int
