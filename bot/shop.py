"""The composition root: the only module that knows everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
from sqlalchemy import Connection

from bot.allowed import Allowed
from bot.care import daily
from bot.channels import qq_bot
from bot.channels.base import Channel, Connected, Hook
from bot.channels.ilink import Ilink, Terminal
from bot.channels.notes import StoredNotes
from bot.channels.onebot11 import Onebot11
from bot.channels.sandbox import Sandbox
from bot.channels.tokens import StoredTokens
from bot.channels.wechat_oa import Callback, WechatOa
from bot.channels.wecom_kf import Callback as KfCallback
from bot.channels.wecom_kf import WecomKf
from bot.core.accounts import (
    IlinkAccount,
    OnebotAccount,
    QqBotAccount,
    SandboxAccount,
    WechatOaAccount,
    WecomKfAccount,
)
from bot.core.clock import Clock
from bot.core.delivery import Contact
from bot.core.effects import NotifySeller
from bot.core.settings import Settings
from bot.core.shop_settings import SellerIdentity
from bot.engine import Engine
from bot.morning import morning
from bot.preview import foresee
from bot.reaching import nearest
from bot.sent_tables import TableTaker
from bot.tracking.watcher import Watcher
from bot.transaction import Transaction
from bot.valuation import nightly
from bot.web import keys
from handlers.brain import Brain
from handlers.understanding import Reader
from handlers.understanding.examples import from_rows
from handlers.understanding.meaning import Example
from scheduler.clockwork import Clockwork
from scheduler.sender import Sender
from storage.db import Database
from storage.load import ensure_contacts, shop_examples
from storage.state import clock_offset
from storage.writers import Origin, Surroundings, write_effects


class Shop:
    """Everything that runs, put together from the settings; `start` and `stop` in that order."""

    def __init__(self, settings: Settings, database: Database, http: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.database = database
        self.clock = Clock(self._moved())
        self.sandbox: Sandbox | None = None
        self.channels: dict[str, Channel] = {}
        self.webhooks: dict[str, keys.Webhook] = {}
        self.bells: dict[str, keys.Bell] = {}
        self.doors: dict[str, keys.Door] = {}
        self.hooks: dict[str, Hook] = {}
        for account in settings.accounts:
            self._open_channel(account, http)
        self.reader = Reader(settings, self._examples())
        capabilities = {name: channel.capability for name, channel in self.channels.items()}
        brain, around = Brain(settings, self.reader), self._surroundings()
        self.around = around
        allowed = Allowed(self.channels, settings.care_limits)
        transaction = Transaction(brain, capabilities, self.clock, allowed, around, allowed.soon)
        self.foresee = partial(foresee, brain, capabilities)
        transaction.see_ahead_with(self.foresee)
        self.engine = Engine(database, settings, transaction, self.clock)
        self.sender = Sender(database, self.channels, self.clock, settings.sending, around)
        rounds = {
            "nightly": partial(nightly, settings),
            "care": partial(daily, settings, around),
            "morning": partial(morning, settings, around),
        }
        self.clockwork = Clockwork(
            database, self.engine, self.sender, self.clock, list(self.channels), rounds
        )
        self.engine.wake = self.clockwork.wake
        self.tables = TableTaker(settings, database, self.channels, self.clock, around)
        service = settings.tracking.kuaidi100
        self.watcher = Watcher(service, database, http, self.clock, around) if service else None

    def _moved(self) -> timedelta:
        """How far the sandbox clock was moved before; without the sandbox, real time counts."""
        if not self.settings.sandbox.enabled:
            return timedelta()
        with self.database.transaction() as connection:
            return clock_offset(connection)

    def _examples(self) -> list[Example]:
        """What this shop's sellers have taught so far."""
        with self.database.transaction() as connection:
            return from_rows(shop_examples(connection))

    def _surroundings(self) -> Surroundings:
        """Where sellers are told things, and each account's longest text."""
        staff = [s for s in self.settings.sellers if s.identities]
        with self.database.transaction() as connection:
            told, identities = self._told(connection, [s.identities for s in staff])
        more = len(self.settings.texts.more.encode()) + 2  # where only answers can carry it, so must the hint
        sizes = {
            name: channel.capability.text_bytes - (0 if channel.capability.api else more)
            for name, channel in self.channels.items()
        }
        owners = frozenset(home.id for home, one in zip(told, staff, strict=True) if one.role == "owner")
        reach = partial(nearest, {name: channel.capability for name, channel in self.channels.items()})
        limits = self.settings.care_limits
        return Surroundings(told, sizes, owners, limits, identities, reach, self._carries)

    def _carries(self, account: str, picture: bytes) -> bool:
        return self.channels[account].capability.carries(picture)

    def _told(
        self, connection: Connection, people: Sequence[Sequence[SellerIdentity]]
    ) -> tuple[tuple[Contact, ...], dict[int, tuple[int, ...]]]:
        """Each seller's first contact, and to each contact all of the same seller (`Surroundings`)."""
        places = [[(i.account, i.id) for i in person] for person in people]
        now = self.clock.now()
        known = ensure_contacts(connection, [], [place for person in places for place in person], now)
        ids = [tuple(known[place].id for place in person) for person in places]
        return tuple(known[person[0]] for person in places), {one: person for person in ids for one in person}

    def _open_channel(self, account: Any, http: aiohttp.ClientSession) -> None:
        """A new channel is one block here."""
        match account:
            case SandboxAccount():
                self.sandbox = Sandbox(account.id, self.database, self.clock)
                self.channels[account.id] = self.sandbox
            case WechatOaAccount():
                self.channels[account.id] = WechatOa(account, http, StoredTokens(self.database), self.clock)
                self.webhooks[account.id] = Callback(account, self.clock)
            case WecomKfAccount():
                tokens = StoredTokens(self.database)
                kf = WecomKf(account, http, self.database, tokens, self.clock, self.tell_sellers)
                self.channels[account.id] = kf
                self.bells[account.id] = KfCallback(account, self.clock, self.channels)
            case OnebotAccount():
                zone = self.settings.shop.zone
                onebot = Onebot11(account, http, self.database, self.clock, zone, self.tell_sellers)
                self.channels[account.id] = self.doors[account.id] = onebot
            case QqBotAccount():
                tokens, notes = StoredTokens(self.database), StoredNotes(self.database)
                qq = qq_bot.QqBot(account, http, tokens, notes, self.clock, self.tell_sellers)
                self.channels[account.id] = qq
                if account.mode == "webhook":
                    self.hooks[account.id] = qq_bot.Callback(account, self.clock)
            case IlinkAccount():
                bound = [i.id for s in self.settings.sellers for i in s.identities if i.account == account.id]
                tell, screen = partial(self.tell_elsewhere, account.id), Terminal()
                phone = Ilink(account, http, self.database, self.clock, bound, tell, screen)
                self.channels[account.id] = phone

    async def tell_sellers(self, text: str, key: str) -> None:
        """Every seller, once for a key: what a channel has to say by itself."""
        now, notice = self.clock.now(), NotifySeller(text, key)
        await self.database.write(lambda c: write_effects(c, [(Origin(now, None, self.around), notice)]))
        self.clockwork.wake()

    async def tell_elsewhere(self, account: str, text: str, key: str) -> None:
        """The same, to every seller who is also bound elsewhere: there, while `account` itself is cut off."""
        elsewhere = [[i for i in s.identities if i.account != account] for s in self.settings.sellers]
        now, notice = self.clock.now(), NotifySeller(text, key)

        def write(connection: Connection) -> None:
            told, identities = self._told(connection, [places for places in elsewhere if places])
            around = replace(self.around, sellers=told, identities=identities)
            write_effects(connection, [(Origin(now, None, around), notice)])

        await self.database.write(write)
        self.clockwork.wake()

    async def connect(self) -> None:
        """Channels that keep a connection of their own begin to."""
        for channel in self.channels.values():
            if isinstance(channel, Connected):
                await channel.start(self.engine.submit)

    async def disconnect(self) -> None:
        """They let go of it."""
        for channel in self.channels.values():
            if isinstance(channel, Connected):
                await channel.stop()
