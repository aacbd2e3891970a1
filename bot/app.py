"""The composition root: the only module that knows everything."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.channels.base import Channel
from bot.channels.sandbox import Sandbox
from bot.channels.tokens import StoredTokens
from bot.channels.wechat_oa import Callback, WechatOa
from bot.core.accounts import SandboxAccount, WechatOaAccount
from bot.core.clock import Clock
from bot.core.customer import Customer
from bot.core.delivery import Kind, Outgoing, Planned
from bot.core.settings import Settings
from bot.engine import Engine
from bot.transaction import Transaction
from bot.web import callbacks, keys, sandbox, service
from bot.web.gauges import Gauges
from handlers.brain import Brain
from handlers.understanding import Reader
from handlers.understanding.examples import from_rows
from handlers.understanding.meaning import Example
from scheduler.clockwork import Clockwork
from scheduler.permission import Send, permission
from scheduler.sender import Sender
from storage.db import Database
from storage.load import account_states, ensure_contacts, shop_examples, unwanted
from storage.state import clock_offset
from storage.writers import Surroundings

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024

ROLES = ("all", "web", "worker")


class Shop:
    """Everything that runs, put together from the settings; `start` and `stop` in that order."""

    def __init__(self, settings: Settings, database: Database, http: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.database = database
        self.clock = Clock(self._moved())
        self.sandbox: Sandbox | None = None
        self.channels: dict[str, Channel] = {}
        self.webhooks: dict[str, keys.Webhook] = {}
        for account in settings.accounts:
            self._open_channel(account, http)
        self.reader = Reader(settings, self._examples())
        capabilities = {name: channel.capability for name, channel in self.channels.items()}
        brain, around = Brain(settings, self.reader), self._surroundings()
        transaction = Transaction(brain, capabilities, self.clock, self._may_send, around)
        self.engine = Engine(database, settings, transaction, self.clock)
        self.sender = Sender(database, self.channels, self.clock, settings.sending, around)
        self.clockwork = Clockwork(database, self.engine, self.sender, self.clock, list(self.channels))
        self.engine.wake = self.clockwork.wake

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
        """Where sellers are told things (each at their first identity), and each account's longest text."""
        homes = [(s.identities[0].account, s.identities[0].id) for s in self.settings.sellers if s.identities]
        with self.database.transaction() as connection:
            sellers = ensure_contacts(connection, [], homes, self.clock.now())
        more = len(self.settings.texts.more.encode()) + 2  # where only answers can carry it, so must the hint
        sizes = {
            name: channel.capability.text_bytes - (0 if channel.capability.api else more)
            for name, channel in self.channels.items()
        }
        return Surroundings(tuple(sellers[home] for home in homes), sizes)

    def _open_channel(self, account: Any, http: aiohttp.ClientSession) -> None:
        """A new channel is one block here."""
        match account:
            case SandboxAccount():
                self.sandbox = Sandbox(account.id, self.database, self.clock)
                self.channels[account.id] = self.sandbox
            case WechatOaAccount():
                self.channels[account.id] = WechatOa(account, http, StoredTokens(self.database), self.clock)
                self.webhooks[account.id] = Callback(account, self.clock)

    def _may_send(self, connection: Connection, customer: Customer, kind: Kind, now: datetime) -> str:
        """What the sender would say to a message of this kind, asked beforehand."""
        contact = customer.contact
        if contact.account not in self.channels:
            return "这个号已经不在配置里"
        state = account_states(connection, [contact.account])[contact.account]
        template = next(iter(self.channels[contact.account].capability.templates), None)
        asked = Outgoing(0, contact.account, contact.external_id, kind, "", template=template)
        planned = Planned(asked, contact, state, customer.called, unwanted=unwanted(connection, customer))
        verdict = permission(planned, self.channels[contact.account].capability, now)
        return "" if isinstance(verdict, Send) else verdict.reason


def build(settings: Settings, role: str = "all") -> web.Application:
    """The web application with everything behind it.

    role: `web` takes callbacks and answers, `worker` rings and sends, `all` does both.
    """
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[service.no_500])
    app[keys.SETTINGS] = settings
    app.cleanup_ctx.append(_running(settings, role))
    app.add_routes(service.routes)
    if role != "worker":
        app.add_routes(callbacks.routes)
    if settings.sandbox.enabled:
        app.add_routes(sandbox.routes)
    return app


def _running(settings: Settings, role: str) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        database = Database(settings.storage.url)
        async with aiohttp.ClientSession() as http:
            shop = Shop(settings, database, http)
            _share(app, shop)
            warming = asyncio.create_task(_warm(shop))
            if role != "web":
                await shop.clockwork.start()
            log.info("started", role=role, accounts=sorted(shop.channels))
            yield
            await shop.engine.drain()
            if role != "web":
                await shop.clockwork.stop()
            await shop.engine.drain()
            with suppress(asyncio.CancelledError):
                await warming
        database.close()
        log.info("stopped")

    return running


async def _warm(shop: Shop) -> None:
    """Load jieba and the weights beside everything else; the first messages wait for it, a second at most."""
    shop.engine.ready = asyncio.Event()
    try:
        await asyncio.to_thread(shop.reader.warm, shop.database.folder)
        gc.freeze()  # half a million words that stay for good; going through them stops everything for 0.1 s
    except Exception as error:  # reading works without, only less finely
        log.error("reads_less_finely", error=type(error).__name__)
    shop.engine.ready.set()


def _share(app: web.Application, shop: Shop) -> None:
    app[keys.DATABASE] = shop.database
    app[keys.ENGINE] = shop.engine
    app[keys.CLOCK] = shop.clock
    app[keys.CLOCKWORK] = shop.clockwork
    app[keys.GAUGES] = Gauges()
    app[keys.WEBHOOKS] = shop.webhooks
    if shop.sandbox is not None:
        app[keys.SANDBOX] = shop.sandbox
