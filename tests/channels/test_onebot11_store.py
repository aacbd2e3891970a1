"""What the channel asks the database, on both of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlmodel import col

from bot.channels.onebot11 import store
from bot.channels.onebot11.inbound import OwnWords
from bot.channels.onebot11.presence import ABSENCES, NO_LINK
from bot.core.delivery import PICTURE, Kind, Status
from storage.db import Database
from storage.load import ensure_contacts
from storage.rows import AccountRow, MessageRow, OutboxRow
from tests.channels.onebot11_bench import ALICE, BOB, NOW

MIDNIGHT = NOW - timedelta(hours=12)


class Rows:
    """Rows of two buyers and of another account's."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        senders = [("qq", str(ALICE)), ("qq", str(BOB)), ("oa", str(ALICE))]
        self.contacts = ensure_contacts(connection, senders, [], NOW)

    def out(self, to: int = ALICE, account: str = "qq", **values: Any) -> None:
        usual = {"kind": Kind.REPLY, "text": "在的", "status": Status.SENT, "due_at": NOW, "created_at": NOW}
        usual |= {"contact_id": self.contacts[account, str(to)].id, "sent_at": NOW} | values
        self.connection.execute(insert(OutboxRow).values(**usual))

    def came(self, message_id: str, sender: int = ALICE, account: str = "qq", **values: Any) -> int:
        usual = {"account": account, "contact_id": self.contacts[account, str(sender)].id, "kind": "text"}
        usual |= {"message_id": message_id, "at": NOW, "received_at": NOW} | values
        self.connection.execute(insert(MessageRow).values(**usual))
        asked = select(col(MessageRow.id)).where(col(MessageRow.message_id) == message_id)
        return int(self.connection.execute(asked.where(col(MessageRow.account) == account)).scalar_one())


@pytest.fixture
def rows(database: Database) -> Any:
    with database.transaction() as connection:
        yield Rows(connection)


def test_a_day_is_counted(rows: Rows) -> None:
    rows.out()
    rows.out(kind=Kind.CARE, to=BOB)
    rows.out(kind=Kind.PROMO, status=Status.UNKNOWN, sent_at=None)
    for status in (Status.PLANNED, Status.FAILED, Status.DROPPED, Status.PARKED, Status.HELD):
        rows.out(status=status, sent_at=None)
    rows.out(sent_at=MIDNIGHT - timedelta(seconds=1))
    rows.out(account="oa")
    rows.came("request:1:f")
    rows.came("request:2:f", received_at=MIDNIGHT - timedelta(seconds=1))
    rows.came("request:1:f", account="oa")
    assert store.counts_since(rows.connection, "qq", MIDNIGHT) == store.Counts(3, 2, 1)


@pytest.mark.parametrize(
    ("to", "message_id", "text", "bots"),
    [
        (ALICE, "77", "何必一样", True),
        (BOB, "77", "何必一样", False),
        (ALICE, "78", "在 的\r\n", True),
        (BOB, "78", "在的", False),
        (ALICE, "78", "我来了", False),
    ],
)
def test_whose_words(rows: Rows, to: int, message_id: str, text: str, bots: bool) -> None:
    rows.out(platform_id="77")
    rows.out(account="oa", platform_id="78")
    assert store.sent_by_bot(rows.connection, "qq", OwnWords(str(to), message_id, NOW, text)) is bots


LATE = NOW + timedelta(minutes=11)


@pytest.mark.parametrize(
    ("sent", "size", "at", "bots"),
    [
        ({}, 4, NOW, True),
        ({"status": Status.SENDING}, 4, NOW, True),
        ({"status": Status.UNKNOWN, "sent_at": None}, 4, NOW, True),
        ({"status": Status.UNKNOWN, "sent_at": None}, 0, NOW, True),
        ({}, 5, NOW, False),
        ({}, 4, LATE, False),
        ({"status": Status.FAILED, "sent_at": None}, 4, NOW, False),
        ({"account": "oa"}, 4, NOW, False),
        ({"to": BOB}, 4, NOW, False),
        ({"platform_id": "77"}, 4, NOW, True),
        ({"platform_id": "77"}, 0, NOW, False),
        ({"platform_id": "78"}, 5, LATE, True),
        ({"picture": None}, 4, NOW, False),
        ({"picture": None}, 0, NOW, False),
    ],
)
def test_whose_picture(rows: Rows, sent: dict[str, Any], size: int, at: datetime, bots: bool) -> None:
    """As large, shortly before or after; or, if nobody says how large it is, one whose id nobody has said."""
    rows.out(**{"text": PICTURE, "picture": b"four", "began_at": NOW} | sent)
    own = OwnWords(str(ALICE), "78", at, "", picture=size)
    assert store.sent_by_bot(rows.connection, "qq", own) is bots


def test_the_group_of_the_last_message(rows: Rows) -> None:
    def group() -> int | None:
        return store.group_of(rows.connection, "qq", str(ALICE))

    assert group() is None
    rows.came("1", payload={"group_id": 700})
    rows.came("2", kind="event", payload={})
    rows.came("3", sender=BOB, payload={})
    assert group() == 700
    rows.came("4", payload={"sub_type": "friend"})
    assert group() is None


def test_who_wrote(rows: Rows) -> None:
    assert store.sender_of(rows.connection, rows.came("1", sender=BOB)) == str(BOB)
    assert store.sender_of(rows.connection, 999) == ""


def test_what_waits_for_the_connection_and_nothing_else_is_released(rows: Rows) -> None:
    later = NOW + timedelta(minutes=10)
    for account, reason in (("qq", NO_LINK), ("oa", NO_LINK), ("qq2", "QQ 号被限制")):
        stopped = {"account": account, "stopped_until": later, "stopped_reason": reason}
        rows.connection.execute(insert(AccountRow).values(**stopped))
    waiting = {"status": Status.PLANNED, "due_at": later, "sent_at": None}
    rows.out(**waiting, text="因为没连上", reason=NO_LINK)
    rows.out(**waiting, text="因为太频繁", reason="QQ 嫌发得太频繁")
    rows.out(**waiting, text="别的号", reason=NO_LINK, account="oa")
    rows.out(**waiting | {"status": Status.PARKED}, text="等他开口", reason=NO_LINK)
    store.release(rows.connection, "qq", ABSENCES, NOW)
    accounts = select(col(AccountRow.account)).where(col(AccountRow.stopped_until).is_not(None))
    assert set(rows.connection.scalars(accounts)) == {"oa", "qq2"}
    due = select(col(OutboxRow.text)).where(col(OutboxRow.due_at) <= NOW)
    assert list(rows.connection.scalars(due)) == ["因为没连上"]
