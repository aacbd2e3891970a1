"""Who may connect to us: checked before the WebSocket is accepted (CHANNELS §4.4)."""

from __future__ import annotations

import hmac

from aiohttp import web
from multidict import MultiMapping

from bot.channels.base import BadCallback
from bot.channels.onebot11.link import OPTIONS
from bot.core.accounts import OnebotAccount

GOODBYE = 1.0
"""Seconds that a peer has to answer our close frame."""


def check(request: web.Request, account: OnebotAccount) -> None:
    """Raise BadCallback unless this is the implementation of `account`.

    403: wrong or no token (compared in constant time), or another QQ number. 400: not a universal WebSocket.
    """
    token = _token(request)
    right = account.access_token.get_secret_value().encode()
    if token is None or not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), right):
        raise BadCallback(403, "wrong or no token")
    if _single(request.headers, "X-Self-ID") != str(account.self_id):
        raise BadCallback(403, "X-Self-ID is not this account")
    if request.headers.get("X-Client-Role", "Universal").strip().lower() != "universal":
        raise BadCallback(400, "X-Client-Role is not Universal")
    if request.headers.get("Upgrade", "").strip().lower() != "websocket":
        raise BadCallback(400, "not a WebSocket")


def socket() -> web.WebSocketResponse:
    """Our side of an accepted connection."""
    return web.WebSocketResponse(**OPTIONS, compress=False, timeout=GOODBYE)


def _token(request: web.Request) -> str | None:
    """`Authorization: Bearer T`, or `?access_token=T` where no such header can be set."""
    if "Authorization" not in request.headers:
        return _single(request.query, "access_token")
    kind, _, token = (_single(request.headers, "Authorization") or "").partition(" ")
    return token.strip() if kind.lower() in ("bearer", "token") else None


def _single(values: MultiMapping[str], name: str) -> str | None:
    """The value that is given exactly once: of two, a proxy and we might look at different ones."""
    given = values.getall(name, [])
    return given[0] if len(given) == 1 else None
