"""POST /api/tracking/kuaidi100: 快递100 tells where a parcel is."""

from __future__ import annotations

import structlog
from aiohttp import web

from bot.tracking.kuaidi100 import BadPush, read
from bot.tracking.watcher import CALLBACK
from bot.web.keys import ENGINE, GAUGES, SETTINGS

log = structlog.get_logger(__name__)


def _answer(status: int, message: str) -> web.Response:
    told = {"result": status == 200, "returnCode": str(status), "message": message}
    return web.json_response(told, status=status)


async def take(request: web.Request) -> web.Response:
    """Answered in their form once it is durable; what is answered otherwise they send again."""
    service = request.app[SETTINGS].tracking.kuaidi100
    if service is None:
        raise web.HTTPNotFound
    try:
        try:
            form = await request.post()
        except ValueError as wrong:
            raise BadPush(400, "不是表单") from wrong
        event = read(form, service.salt.get_secret_value())
    except BadPush as bad:
        request.app[GAUGES].refused.labels("kuaidi100", bad.status).inc()
        log.info("callback_refused", account="kuaidi100", status=bad.status, why=str(bad))
        return _answer(bad.status, str(bad))
    handled = await request.app[ENGINE].submit(event)
    if handled.failed:
        return _answer(503, "暂时办不了")
    request.app[GAUGES].inbound.labels("kuaidi100", "no").inc()
    return _answer(200, "成功")


routes = [web.post(CALLBACK, take)]
