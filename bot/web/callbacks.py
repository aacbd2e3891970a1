"""GET and POST /callback/{account}: the platforms' webhooks (CONTRACT §4)."""

from __future__ import annotations

import asyncio
import time

import structlog
from aiohttp import web

from bot.channels.base import BadCallback, Hook
from bot.core.events import Event, Inbound
from bot.engine import Engine
from bot.transaction import Handled
from bot.web.keys import BELLS, ENGINE, GAUGES, HOOKS, WEBHOOKS, Bell, Webhook

log = structlog.get_logger(__name__)

DEADLINE = 4.5
"""Seconds: WeChat hangs up after five, and asks again (CHANNELS §1.5)."""


def _webhook(request: web.Request) -> Webhook:
    webhook = request.app[WEBHOOKS].get(request.match_info["account"])
    if webhook is None:
        raise web.HTTPNotFound
    return webhook


def _refuse(request: web.Request, bad: BadCallback) -> web.Response:
    account = request.match_info["account"]
    request.app[GAUGES].refused.labels(account, bad.status).inc()
    log.info("callback_refused", account=account, status=bad.status, why=str(bad))
    return web.Response(status=bad.status)


async def verify(request: web.Request) -> web.Response:
    """The platform asks whether this URL is ours."""
    bell = request.app[BELLS].get(request.match_info["account"])
    try:
        return web.Response(text=(bell or _webhook(request)).verify_url(request.query))
    except BadCallback as bad:
        return _refuse(request, bad)


async def receive(request: web.Request) -> web.StreamResponse:
    """The platform reports something; it is answered only when that is stored."""
    if (hook := request.app[HOOKS].get(request.match_info["account"])) is not None:
        return await _hooked(request, hook)
    if (bell := request.app[BELLS].get(request.match_info["account"])) is not None:
        return await _rung(request, bell)
    began = time.perf_counter()
    webhook, engine, gauges = _webhook(request), request.app[ENGINE], request.app[GAUGES]
    try:
        event = webhook.read(request.query, await request.read())
    except BadCallback as bad:
        return _refuse(request, bad)
    handled = await _within_deadline(engine, event)
    gauges.inbound.labels(event.account, "yes" if handled.duplicate else "no").inc()
    body, content_type = webhook.answer(request.query, event.external_id, handled.answer)
    response = web.Response(body=body, content_type=content_type, charset="utf-8")
    await response.prepare(request)
    await response.write_eof()
    gauges.seconds.observe(time.perf_counter() - began)
    if handled.answer is not None and handled.message_row is not None:
        engine.delivered(handled.message_row)
    return response


async def _rung(request: web.Request, bell: Bell) -> web.StreamResponse:
    """Answered once it is marked that there is something to fetch; the fetching goes on behind it."""
    try:
        async with asyncio.timeout(DEADLINE):
            await bell.rung(request.query, await request.read())
    except BadCallback as bad:
        return _refuse(request, bad)
    except TimeoutError:
        raise web.HTTPServiceUnavailable from None
    return web.Response(text="success")


async def _hooked(request: web.Request, hook: Hook) -> web.StreamResponse:
    """The same for a channel that reads and answers by itself."""
    began = time.perf_counter()
    engine, gauges = request.app[ENGINE], request.app[GAUGES]

    async def submit(event: Event) -> Handled:
        handled = await engine.submit(event)  # the hook knows how long its platform waits
        if isinstance(event, Inbound):
            gauges.inbound.labels(event.account, "yes" if handled.duplicate else "no").inc()
        return handled

    try:
        answer = await hook.posted(request.headers, await request.read(), submit)
    except BadCallback as bad:
        return _refuse(request, bad)
    gauges.seconds.observe(time.perf_counter() - began)
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)


async def _within_deadline(engine: Engine, event: Event) -> Handled:
    """What came of the event; 503 when it takes too long, so that the platform asks again."""
    try:
        async with asyncio.timeout(DEADLINE):
            return await engine.submit(event)
    except TimeoutError:
        raise web.HTTPServiceUnavailable from None


routes = [web.get("/callback/{account}", verify), web.post("/callback/{account}", receive)]
