"""POST /api/orders: a shop's system says what happened to an order (CONTRACT §4)."""

from __future__ import annotations

import hashlib
import hmac
import re

import structlog
from aiohttp import web

from bot.web.keys import CLOCK, ENGINE, GAUGES, SETTINGS
from bot.web.order_body import BadBody, read

log = structlog.get_logger(__name__)

TIMESTAMP = "X-Huitouke-Timestamp"
SIGNATURE = "X-Huitouke-Signature"
SKEW = 300
"""Seconds by which a request's time may differ from the bot's."""

_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


class _Unsigned(Exception):
    """Why a request is not from who knows the secret."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What X-Huitouke-Signature must be for this body sent at this time."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def _check(request: web.Request, secret: str, body: bytes) -> None:
    timestamp = request.headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(timestamp):
        raise _Unsigned(f"{TIMESTAMP}: 要写现在的 unix 秒数")
    given = request.headers.get(SIGNATURE, "").lower().encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, signature(secret, timestamp, body).encode()):
        raise _Unsigned(f'{SIGNATURE}: 对不上；是 sha256=hex(hmac_sha256(api.secret, 时间 + "." + 正文))')
    if abs(request.app[CLOCK].now().timestamp() - int(timestamp)) > SKEW:
        raise _Unsigned(f"{TIMESTAMP}: 和机器人的时间差了 {SKEW // 60} 分钟以上")


def _refuse(request: web.Request, status: int, why: str) -> web.Response:
    request.app[GAUGES].refused.labels("api", status).inc()
    log.info("order_event_refused", status=status, why=why)
    return web.json_response({"error": why}, status=status)


async def take(request: web.Request) -> web.Response:
    """200 once the event and all that comes of it is durable; the same event again has no effect."""
    settings = request.app[SETTINGS]
    secret = settings.api.secret.get_secret_value()
    if not secret:
        raise web.HTTPNotFound
    body = await request.read()
    try:
        _check(request, secret, body)
        event = read(body, settings, request.app[CLOCK].now())
    except _Unsigned as why:
        return _refuse(request, 401, str(why))
    except BadBody as why:
        return _refuse(request, 422, str(why))
    handled = await request.app[ENGINE].submit(event)
    if handled.failed:
        return _refuse(request, 503, "暂时办不了，请稍后再送一次")
    request.app[GAUGES].inbound.labels("api", "yes" if handled.duplicate else "no").inc()
    return web.json_response({"status": "duplicate" if handled.duplicate else "accepted"})


routes = [web.post("/api/orders", take)]
