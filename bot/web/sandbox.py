"""The sandbox's routes (CONTRACT §5): phones that type, and a clock that moves."""

from __future__ import annotations

import json
import uuid
from typing import Any, TypeVar

from aiohttp import web
from pydantic import Field, ValidationError, field_validator

from bot.channels.base import MOST_FETCHED
from bot.core.durations import parse_duration
from bot.core.events import BuyerEvent, BuyerMessage, Happening, MessageKind
from bot.core.model import StrictModel
from bot.core.settings import LOOPBACK
from bot.web.body_faults import first_fault
from bot.web.keys import CLOCK, CLOCKWORK, DATABASE, ENGINE, SANDBOX, SETTINGS
from storage.queries import notes
from storage.queries.replies import replies_to

Model = TypeVar("Model", bound=StrictModel)


class Typed(StrictModel):
    """The body of POST /sandbox/messages; `to`: the seller types to this buyer in the platform's own app."""

    sender: str = Field(alias="from", min_length=1, max_length=64)
    to: str | None = Field(default=None, min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=20_000)
    id: str = Field(default_factory=lambda: uuid.uuid4().hex, min_length=1, max_length=128)

    @field_validator("sender", "to", "text", "id")
    @classmethod
    def _writable(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("里面有存不了的字符")
        return value


class Given(StrictModel):
    """The query of POST /sandbox/files."""

    sender: str = Field(alias="from", min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=100, pattern=r"^[^/\\\x00-\x1f]+$")
    id: str = Field(default_factory=lambda: uuid.uuid4().hex, min_length=1, max_length=128)


class Advance(StrictModel):
    """The body of POST /sandbox/clock."""

    advance: str = Field(max_length=20)


async def _body(request: web.Request, model: type[Model]) -> Model:
    _same_machine(request)
    try:
        told = json.loads(await request.read())
    except (ValueError, RecursionError) as wrong:
        raise _bad("body: 不是 JSON") from wrong
    return _model(model, told)


def _model(model: type[Model], told: Any) -> Model:
    try:
        return model.model_validate(told)
    except ValidationError as wrong:
        raise _bad(first_fault(wrong)) from wrong


def _bad(why: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(
        text=json.dumps({"error": why}, ensure_ascii=False), content_type="application/json"
    )


def _same_machine(request: web.Request) -> None:
    """A page of another site, open in the seller's browser, must not type here."""
    host = (request.url.host or "").strip("[]")
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin is not None and origin != f"{request.scheme}://{request.host}"):
        raise web.HTTPForbidden


async def type_message(request: web.Request) -> web.Response:
    """Somebody types; answered when it is durably handled."""
    typed = await _body(request, Typed)
    event = await _on_the_phone(request.app, typed)
    return await _answered(request.app, typed.sender, typed.id, event)


async def _answered(
    app: web.Application, sender: str, known: str, event: BuyerMessage | BuyerEvent
) -> web.Response:
    """What has come of it, once it is durable and answered."""
    handled = await app[ENGINE].submit(event)
    row = handled.message_row or 0

    async def done() -> bool:
        return all(r.settled for r in await app[DATABASE].read(lambda c: replies_to(c, row)))

    await app[CLOCKWORK].answered(app[SANDBOX].account, done)
    answer = await app[DATABASE].read(lambda c: replies_to(c, row))
    shown = [{"to": sender, "text": r.text, "kind": r.kind} for r in answer if r.sent]
    return web.json_response({"id": known, "replies": shown})


async def give_file(request: web.Request) -> web.Response:
    """Somebody sends a file, its name in the query and its bytes as the body."""
    _same_machine(request)
    given = _model(Given, {**request.query})
    app, sandbox = request.app, request.app[SANDBOX]
    data = await request.content.read(MOST_FETCHED + 1)
    while len(data) <= MOST_FETCHED and not request.content.at_eof():
        data += await request.content.read(MOST_FETCHED + 1 - len(data))
    if not data or len(data) > MOST_FETCHED:
        raise _bad("文件是空的" if not data else f"文件太大，最多 {MOST_FETCHED // 1024 // 1024} MB")
    payload = await sandbox.gave(given.sender, given.name, data, given.id)
    kind, now = MessageKind.FILE, app[CLOCK].now()
    message = BuyerMessage(sandbox.account, given.sender, given.id, now, kind=kind, payload=payload)
    return await _answered(app, given.sender, given.id, message)


async def _on_the_phone(app: web.Application, typed: Typed) -> BuyerMessage | BuyerEvent:
    """Show it where it would be seen, and say what has happened."""
    sandbox, now = app[SANDBOX], app[CLOCK].now()
    if typed.to is None:
        await sandbox.typed(typed.sender, typed.text, typed.id)
        return BuyerMessage(sandbox.account, typed.sender, typed.id, now, text=typed.text)
    bound = app[SETTINGS].seller_by_identity
    seller = bound.get((sandbox.account, typed.sender))
    if seller is None:
        raise _bad(f"to: 只有绑定的卖家能这样说话，{typed.sender} 不是（见 config.yaml 的 sellers）")
    if (sandbox.account, typed.to) in bound:
        raise _bad(f"to: {typed.to} 也是卖家；这里写买家的名字，例 alice")
    await sandbox.spoke(typed.to, typed.text, typed.id)
    detail = {"text": typed.text, "seller": seller.name}
    return BuyerEvent(sandbox.account, typed.to, typed.id, now, Happening.SELLER_SPOKE, detail)


async def show_messages(request: web.Request) -> web.Response:
    """What one phone shows."""
    _same_machine(request)
    phone, after = request.query.get("with", ""), request.query.get("after", "0")
    if not phone or not (after.isascii() and after.isdecimal()) or len(after) > 18:
        raise _bad("with 和 after: 例 /sandbox/messages?with=alice&after=0")
    bubbles = await request.app[SANDBOX].shown(phone, int(after))
    zone = request.app[SETTINGS].shop.zone
    shown = [
        {
            "seq": b.seq,
            "with": phone,
            "direction": b.direction,
            "text": b.text,
            "kind": b.kind,
            "id": b.message_id,
        }
        | {"at": b.at.astimezone(zone).isoformat(timespec="seconds")}
        | ({"picture": f"/sandbox/messages/{b.seq}.png"} if b.has_picture else {})
        for b in bubbles
    ]
    return web.json_response({"messages": shown})


async def show_picture(request: web.Request) -> web.Response:
    """The picture of one message on a phone."""
    _same_machine(request)
    seq = request.match_info["seq"]
    png = await request.app[SANDBOX].picture(int(seq)) if len(seq) <= 18 else None
    if png is None:
        raise web.HTTPNotFound
    return web.Response(body=png, content_type="image/png")


async def show_notes(request: web.Request) -> web.Response:
    """What the bot has written down about a buyer."""
    _same_machine(request)
    phone, account = request.query.get("with", ""), request.app[SANDBOX].account
    found = await request.app[DATABASE].read(lambda c: notes.about(c, account, phone))
    return web.json_response(found)


def _now(request: web.Request) -> dict[str, Any]:
    now = request.app[CLOCK].now().astimezone(request.app[SETTINGS].shop.zone)
    return {"now": now.isoformat(timespec="seconds")}


async def show_clock(request: web.Request) -> web.Response:
    """The bot's time."""
    _same_machine(request)
    return web.json_response(_now(request))


async def move_clock(request: web.Request) -> web.Response:
    """Move the bot's time forward; answered when all that came due is done."""
    body = await _body(request, Advance)
    try:
        span = parse_duration(body.advance)
    except ValueError as wrong:
        raise _bad(f"advance: {wrong}") from wrong
    await request.app[CLOCKWORK].advance(span)
    return web.json_response(_now(request))


routes = [
    web.post("/sandbox/messages", type_message),
    web.get("/sandbox/messages", show_messages),
    web.get(r"/sandbox/messages/{seq:[0-9]+}.png", show_picture),
    web.post("/sandbox/files", give_file),
    web.get("/sandbox/notes", show_notes),
    web.post("/sandbox/clock", move_clock),
    web.get("/sandbox/clock", show_clock),
]
