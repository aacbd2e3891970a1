"""GET /ws/{account}: WebSockets that platforms open to us (CONTRACT §4)."""

from __future__ import annotations

import structlog
from aiohttp import web

from bot.channels.base import BadCallback
from bot.web.keys import DOORS, GAUGES

log = structlog.get_logger(__name__)


async def connect(request: web.Request) -> web.StreamResponse:
    """Hand the request to the account's door; who is not wanted is refused before anything is accepted."""
    account = request.match_info["account"]
    door = request.app[DOORS].get(account)
    if door is None:
        raise web.HTTPNotFound
    try:
        return await door.welcome(request)
    except BadCallback as bad:
        request.app[GAUGES].refused.labels(account, bad.status).inc()
        log.info("socket_refused", account=account, status=bad.status, why=str(bad))
        return web.Response(status=bad.status)


async def hang_up(app: web.Application) -> None:
    """Before the server stops: it would wait for open WebSockets."""
    for door in app[DOORS].values():
        await door.hang_up()


routes = [web.get("/ws/{account}", connect)]
