"""The channel without a platform: its phones are a table (CONTRACT §5)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

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
        await self._database.write(lambda c: self._put(c, *row, picture=message.picture or None))
        return Outcome(Verdict.SENT, platform_id=f"out:{message.id}")

    async def typed(self, phone: str, text: str, message_id: str) -> None:
        """Somebody typed on a phone; the same id again is the same message."""
        await self._database.write(lambda c: self._put(c, phone, "in", text, "text", f"in:{message_id}"))

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
        asked = select(col(SandboxMessageRow.picture)).where(col(SandboxMessageRow.id) == seq)
        return await self._database.read(lambda c: c.execute(asked).scalar_one_or_none())

    def _put(
        self,
        connection: Connection,
        phone: str,
        direction: str,
        text: str,
        kind: Kind | str,
        message_id: str,
        picture: bytes | None = None,
    ) -> None:
        put = insert_for(connection, SandboxMessageRow).values(
            phone=phone,
            direction=direction,
            text=text,
            kind=str(kind),
            at=self._clock.now(),
            message_id=message_id,
            picture=picture,
        )
        connection.execute(put.on_conflict_do_nothing())


def _shown(connection: Connection, phone: str, after: int) -> list[Bubble]:
    what, has_picture = table(SandboxMessageRow).c, col(SandboxMessageRow.picture).is_not(None)
    columns = [column for column in what if column.name != "picture"]
    asked = select(*columns, has_picture.label("has_picture")).where(
        col(SandboxMessageRow.phone) == phone, col(SandboxMessageRow.id) > after
    )
    rows = connection.execute(asked.order_by(col(SandboxMessageRow.id)).limit(1000))
    return [
        Bubble(r.id, r.direction, r.text, r.kind, r.at, r.message_id.partition(":")[2], r.has_picture)
        for r in rows
    ]
