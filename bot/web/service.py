"""/healthz, /metrics, the page, and what every answer has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy import text

from bot.web.keys import CLOCK, DATABASE, GAUGES, SETTINGS
from storage.queues import queue_sizes

log = structlog.get_logger(__name__)

PAGE = Path(__file__).parent / "page"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@web.middleware
async def no_500(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What nobody foresaw is answered 503, so that a platform asks again (CONTRACT §4: never 500)."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        log.error("request_failed", path=request.path, error=type(error).__name__)
        log.debug("request_failed_because", exc_info=error)
        return web.json_response({"error": "暂时办不了，请稍后再试"}, status=503)


async def healthz(request: web.Request) -> web.Response:
    """200 once the database can be written to."""
    try:
        await request.app[DATABASE].write(lambda c: c.execute(text("SELECT 1")).scalar())
    except Exception as error:
        return web.json_response(
            {"status": "failing", "reason": f"数据库：{type(error).__name__}"}, status=503
        )
    return web.json_response({"status": "ok", "shop": request.app[SETTINGS].shop.name})


async def metrics(request: web.Request) -> web.Response:
    """The Prometheus text."""
    gauges = request.app[GAUGES]
    for status, rows in (await request.app[DATABASE].read(queue_sizes)).items():
        gauges.outbox.labels(status).set(rows)
    gauges.clock_offset.set(request.app[CLOCK].offset.total_seconds())
    return web.Response(
        body=gauges.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def page(request: web.Request) -> web.StreamResponse:
    """The sandbox page while the sandbox is enabled."""
    if not request.app[SETTINGS].sandbox.enabled:
        return web.Response(text="回头客在运行。", headers=_HEADERS)
    return web.FileResponse(PAGE / "index.html", headers=_HEADERS)


async def static(request: web.Request) -> web.StreamResponse:
    """The page's style and script."""
    return web.FileResponse(
        PAGE / request.match_info["name"], headers=_HEADERS | {"Cache-Control": "no-cache"}
    )


async def no_icon(_: web.Request) -> web.Response:
    """Browsers ask; there is none."""
    return web.Response(status=204)


routes = [
    web.get("/favicon.ico", no_icon),
    web.get("/healthz", healthz),
    web.get("/metrics", metrics),
    web.get("/", page),
    web.get("/static/page/{name:page\\.(?:css|js)}", static),
]
