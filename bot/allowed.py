"""What the sender would say to a message, asked beforehand: for the card, 为什么, commands and bells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from bot.core.clock import shop_time
from bot.core.customer import Customer
from bot.core.delivery import UNASKED, USUAL_PRIORITY, Capability, Kind, Outgoing, Planned
from bot.core.ledger import Limits, Sendings
from scheduler.permission import Hold, Park, Permission, Send, permission
from storage.holidays import limits_now
from storage.ledger import sendings, unasked_today
from storage.load import account_states, unwanted

SOON = timedelta(days=1)
"""What a bell wants to say and can be said within that time is said: the outbox waits for it."""


class Able(Protocol):
    """What is asked of a channel."""

    capability: Capability


class Allowed:
    """The one ledger as a question. `channels`: what each account can do."""

    def __init__(self, channels: Mapping[str, Able], limits: Limits) -> None:
        self._channels = channels
        self._limits = limits

    def verdict(self, connection: Connection, customer: Customer, kind: Kind, now: datetime) -> Permission:
        """The answer to a message of this kind that would be handed over now, of its kind's usual weight."""
        contact = customer.contact
        if not contact.is_somewhere:
            return Park("没有他的聊天账号")
        if contact.account not in self._channels:
            return Park("这个号已经不在配置里")
        capability = self._channels[contact.account].capability
        planned = self._planned(connection, customer, kind, capability, now)
        return permission(planned, capability, now, limits_now(connection, self._limits))

    def _planned(
        self, connection: Connection, customer: Customer, kind: Kind, capability: Capability, now: datetime
    ) -> Planned:
        contact, asked = customer.contact, kind in UNASKED
        state = account_states(connection, [contact.account])[contact.account]
        template = next(iter(capability.templates), None)
        had = sendings(connection, [customer.id], now, self._limits) if asked else {}
        today = unasked_today(connection, [contact.account], now, self._limits) if asked else {}
        return Planned(
            Outgoing(0, contact.account, contact.external_id, kind, "", template=template),
            contact,
            replace(state, unasked_today=today.get(contact.account, 0)),
            customer.called,
            unwanted=unwanted(connection, customer),
            priority=USUAL_PRIORITY.get(kind, 0),
            talking_to=customer.taken_over_by,
            talks_until=customer.taken_over_until,
            sendings=had.get(customer.id, Sendings()),
        )

    def __call__(self, connection: Connection, customer: Customer, kind: Kind, now: datetime) -> str:
        """Why not now, in the seller's words, and when again if that is known; empty if it may go."""
        verdict = self.verdict(connection, customer, kind, now)
        if isinstance(verdict, Send):
            return ""
        if isinstance(verdict, Hold) and kind in UNASKED:
            return f"{verdict.reason}，{shop_time(verdict.until, self._limits.zone)} 起能发"
        return verdict.reason

    def soon(self, connection: Connection, customer: Customer, kind: Kind, now: datetime) -> str:
        """The same for a bell; empty too if it only has to wait for the morning, or for a talk to end."""
        verdict = self.verdict(connection, customer, kind, now)
        if isinstance(verdict, Hold) and kind in UNASKED and verdict.until - now <= SOON:
            return ""
        return self(connection, customer, kind, now)
