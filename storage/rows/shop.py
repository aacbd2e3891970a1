"""The tables of what the shop as a whole and its accounts remember."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.rows.kinds import long_text, maybe_moment, moment, own_id


class AccountRow(SQLModel, table=True):
    """What an account's platform made us remember, and its shared rate."""

    __tablename__ = "account_state"
    account: str = Field(primary_key=True)
    stopped_until: datetime | None = maybe_moment()
    stopped_reason: str = long_text()
    api_disabled_until: datetime | None = maybe_moment()
    next_send_at: datetime | None = maybe_moment()
    token: str = long_text()
    token_expires_at: float = 0.0


class PullRow(SQLModel, table=True):
    """How far an account's messages have been fetched, where they must be (`storage.pulling`).

    asked, done: wake-ups so far, and those followed to the end. salt: makes message ids unique to a database.
    """

    __tablename__ = "pull"
    account: str = Field(primary_key=True)
    first_at: datetime = moment()
    salt: str
    cursor: str = long_text()
    token: str = long_text()
    token_at: datetime | None = maybe_moment()
    asked: int = 0
    done: int = 0
    holder: str = ""
    lease_until: datetime | None = maybe_moment()


class ShopStateRow(SQLModel, table=True):
    """What the shop as a whole remembers: the sandbox clock's offset, whether pushes are stopped."""

    __tablename__ = "shop_state"
    name: str = Field(primary_key=True)
    value: str = long_text()


class ShopTimerRow(SQLModel, table=True):
    """When the shop as a whole has something to do next, by name: the nightly round, and so on."""

    __tablename__ = "shop_timer"
    name: str = Field(primary_key=True)
    due_at: datetime = moment()


class SandboxMessageRow(SQLModel, table=True):
    """What the sandbox's phones show: the platform's own memory, not the bot's."""

    __tablename__ = "sandbox_message"
    __table_args__ = (
        UniqueConstraint("phone", "message_id"),
        Index("ix_sandbox_message_phone_id", "phone", "id"),
    )
    id: int = own_id()
    phone: str
    direction: str
    text: str = long_text()
    kind: str
    at: datetime = moment()
    message_id: str
    attachment: bytes | None = None
