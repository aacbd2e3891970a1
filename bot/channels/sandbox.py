"""The channel without a platform: its phones are a table (CONTRACT §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, select
from sqlmodel import col

from bot.channels.base import Fetched, NotFetched
from bot.core.clock import Clock
from bot.core.delivery import Capability, Kind, Outcome, Outgoing, Verdict
from storage.db import Database
from storage.rows import SandboxMessageRow, table
from storage.state import insert_for


class Bubble(NamedTuple):
    """One message as a phone shows it."""

    seq: int
    direction: str
    text: str
    kind: str
    at: datetime
    message_id: str
    has_picture: bool


class Sandbox:
    """Takes everything, at once and for ever; a repeated send is recognised by its row."""

    capability = Capability(idempotent=True, text_bytes=8000, picture_bytes=2_000_000)

    def __init__(self, account: str, database: Database, clock: Clock) -> None:
        self.account = account
        self._database = database
        self._clock = clock

    async def send(self, message: Outgoing) -> Outcome:
        """Put it onto the phone."""
        row = (message.external_id, "out", message.text, message.kind, f"out:{message.id}")
        await self._database.write(lambda c: self._put(c, *row, attachment=message.picture or None))
        return Outcome(Verdict.SENT, platform_id=f"out:{message.id}")

    async def typed(self, phone: str, text: str, message_id: str) -> None:
        """Somebody typed on a phone; the same id again is the same message."""
        await self._database.write(lambda c: self._put(c, phone, "in", text, "text", f"in:{message_id}"))

    async def gave(self, phone: str, name: str, data: bytes, message_id: str) -> Mapping[str, Any]:
        """Somebody sent a file from a phone; what a message of kind FILE says of it."""
        row = (phone, "in", f"[文件] {name}", "file", f"in:{message_id}")
        await self._database.write(lambda c: self._put(c, *row, attachment=data))
        return {"phone": phone, "id": message_id, "name": name}

    async def fetch(self, payload: Mapping[str, Any]) -> Fetched:
        """A file that a phone has sent; NotFetched if it is gone."""
        asked = select(col(SandboxMessageRow.attachment)).where(
            col(SandboxMessageRow.phone) == payload["phone"],
            col(SandboxMessageRow.message_id) == f"in:{payload['id']}",
        )
        data = await self._database.read(lambda c: c.execute(asked).scalar_one_or_none())
        if data is None:
            raise NotFetched("练习场里没有这个文件了，再发一次")
        return Fetched(str(payload["name"]), data)

    async def spoke(self, phone: str, text: str, message_id: str) -> None:
        """The seller typed to this phone in the platform's own app; the same id again is the same message."""
        await self._database.write(
            lambda c: self._put(c, phone, "out", text, Kind.RELAY, f"own:{message_id}")
        )

    async def shown(self, phone: str, after: int) -> list[Bubble]:
        """What the phone shows after this sequence number, oldest first."""
        return await self._database.read(lambda c: _shown(c, phone, after))

    async def picture(self, seq: int) -> bytes | None:
        """The picture of the message with this sequence number, if it is one."""
        here = and_(col(SandboxMessageRow.id) == seq, col(SandboxMessageRow.direction) == "out")
        asked = select(col(SandboxMessageRow.attachment)).where(here)
        return await self._database.read(lambda c: c.execute(asked).scalar_one_or_none())

    def _put(
        self,
        connection: Connection,
        phone: str,
        direction: str,
        text: str,
        kind: Kind | str,
        message_id: str,
        attachment: bytes | None = None,
    ) -> None:
        put = insert_for(connection, SandboxMessageRow).values(
            phone=phone,
            direction=direction,
            text=text,
            kind=str(kind),
            at=self._clock.now(),
            message_id=message_id,
            attachment=attachment,
        )
        connection.execute(put.on_conflict_do_nothing())


def _shown(connection: Connection, phone: str, after: int) -> list[Bubble]:
    what = table(SandboxMessageRow).c
    has_picture = and_(what.attachment.is_not(None), what.direction == "out")
    columns = [column for column in what if column.name != "attachment"]
    asked = select(*columns, has_picture.label("has_picture")).where(
        col(SandboxMessageRow.phone) == phone, col(SandboxMessageRow.id) > after
    )
    rows = connection.execute(asked.order_by(col(SandboxMessageRow.id)).limit(1000))
    return [
        Bubble(r.id, r.direction, r.text, r.kind, r.at, r.message_id.partition(":")[2], r.has_picture)
        for r in rows
    ]
