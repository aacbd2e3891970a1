"""What the routes share, by typed key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from bot.channels.base import Hook
from bot.channels.sandbox import Sandbox
from bot.core.clock import Clock
from bot.core.events import BuyerEvent, BuyerMessage
from bot.core.settings import Settings
from bot.engine import Engine
from bot.sent_tables import TableTaker
from bot.tracking.watcher import Watcher
from bot.web.gauges import Gauges
from scheduler.clockwork import Clockwork
from storage.db import Database


class Webhook(Protocol):
    """One account's callback URL; raises BadCallback for what its platform does not send."""

    def verify_url(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's GET."""
        ...

    def read(self, query: Mapping[str, str], body: bytes) -> BuyerMessage | BuyerEvent:
        """What a POST says happened."""
        ...

    def answer(self, query: Mapping[str, str], to: str, text: str | None) -> tuple[bytes, str]:
        """Body and content type of the 200 answer."""
        ...


class Bell(Protocol):
    """A callback URL that only says that there is something to fetch."""

    def verify_url(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's GET."""
        ...

    async def rung(self, query: Mapping[str, str], body: bytes) -> None:
        """Take one; durable when this returns. BadCallback for what its platform does not send."""
        ...


class Door(Protocol):
    """Where a platform opens WebSockets to one account."""

    async def welcome(self, request: web.Request) -> web.StreamResponse:
        """Take one and keep it until it ends; BadCallback for whom it is not for."""
        ...

    async def hang_up(self) -> None:
        """Close what is open, and take no more."""
        ...


SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
ENGINE = web.AppKey("engine", Engine)
CLOCK = web.AppKey("clock", Clock)
CLOCKWORK = web.AppKey("clockwork", Clockwork)
WATCHER = web.AppKey("watcher", Watcher)
TABLES = web.AppKey("tables", TableTaker)
GAUGES = web.AppKey("gauges", Gauges)
SANDBOX = web.AppKey("sandbox", Sandbox)
WEBHOOKS: web.AppKey[Mapping[str, Webhook]] = web.AppKey("webhooks", Mapping)
BELLS: web.AppKey[Mapping[str, Bell]] = web.AppKey("bells", Mapping)
DOORS: web.AppKey[Mapping[str, Door]] = web.AppKey("doors", Mapping)
HOOKS: web.AppKey[Mapping[str, Hook]] = web.AppKey("hooks", Mapping)
