"""The web application, with a running shop behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import structlog
from aiohttp import web

from bot.core.settings import Settings
from bot.shop import Shop
from bot.web import callbacks, keys, orders, sandbox, service, sockets, tracking
from bot.web.gauges import Gauges
from handlers.commands.desk import Foreseen
from storage.db import Database

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024

ROLES = ("all", "web", "worker")


def foreseen(settings: Settings, days: int) -> Foreseen:
    """What would go out in the next days, from the database alone; nothing is changed or sent."""

    async def seen() -> Foreseen:
        database = Database(settings.storage.url)
        try:
            async with aiohttp.ClientSession() as http:
                shop = Shop(settings, database, http)
                with database.transaction() as connection:
                    return shop.foresee(connection, shop.clock.now(), days)
        finally:
            database.close()

    return asyncio.run(seen())


def build(
    settings: Settings, role: str = "all", warmed: Callable[[], object] = lambda: None
) -> web.Application:
    """The web application with everything behind it.

    role: `web` takes callbacks and answers, `worker` rings and sends, `all` does both. warmed: called once
    everything that is read into memory for good is there.
    """
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[service.no_500])
    app[keys.SETTINGS] = settings
    app.cleanup_ctx.append(_running(settings, role, warmed))
    app.add_routes(service.routes)
    if role != "worker":
        app.add_routes(callbacks.routes)
        app.add_routes(orders.routes)
        app.add_routes(tracking.routes)
        app.add_routes(sockets.routes)
        app.on_shutdown.append(sockets.hang_up)
    if settings.sandbox.enabled:
        app.add_routes(sandbox.routes)
    return app


def _running(
    settings: Settings, role: str, warmed: Callable[[], object]
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        database = Database(settings.storage.url)
        async with aiohttp.ClientSession() as http:
            shop = Shop(settings, database, http)
            _share(app, shop)
            warming = asyncio.create_task(_warm(shop, warmed))
            if role != "web":
                await shop.connect()
                await shop.clockwork.start()
                await shop.tables.start()
                if shop.watcher is not None:
                    await shop.watcher.start()
            log.info("started", role=role, accounts=sorted(shop.channels))
            yield
            await shop.engine.drain()
            if shop.watcher is not None:
                await shop.watcher.stop()
            if role != "web":
                await shop.tables.stop()
                await shop.clockwork.stop()
                await shop.disconnect()
            await shop.engine.drain()
            with suppress(asyncio.CancelledError):
                await warming
        database.close()
        log.info("stopped")

    return running


async def _warm(shop: Shop, warmed: Callable[[], object]) -> None:
    """Load jieba and the weights beside everything else; the first messages wait for it, a second at most."""
    shop.engine.ready = asyncio.Event()
    try:
        await asyncio.to_thread(shop.reader.warm, shop.database.folder)
        warmed()
    except Exception as error:  # reading works without, only less finely
        log.error("reads_less_finely", error=type(error).__name__)
    shop.engine.ready.set()


def _share(app: web.Application, shop: Shop) -> None:
    app[keys.DATABASE] = shop.database
    app[keys.ENGINE] = shop.engine
    app[keys.CLOCK] = shop.clock
    app[keys.CLOCKWORK] = shop.clockwork
    app[keys.GAUGES] = Gauges()
    app[keys.TABLES] = shop.tables
    app[keys.WEBHOOKS] = shop.webhooks
    app[keys.BELLS] = shop.bells
    app[keys.DOORS] = shop.doors
    app[keys.HOOKS] = shop.hooks
    if shop.watcher is not None:
        app[keys.WATCHER] = shop.watcher
    if shop.sandbox is not None:
        app[keys.SANDBOX] = shop.sandbox
