"""What a report asks the database: only what is within the stretch, and only what counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from bot.core.care import CareState
from bot.core.customer import OrderStatus
from bot.core.delivery import Kind, Status
from bot.core.report import Came, Mark, Trade, Trial
from storage.db import Database
from storage.queries.outbox import WITHDRAWN
from storage.queries.report import lost, marks, sendings, spoken_with, trade
from storage.queries.report_trials import trials
from storage.rows import (
    BuyerQuestionRow,
    CareRow,
    ContactRow,
    CustomerRow,
    OrderRow,
    OutboxRow,
    ScoresRow,
    StageMoveRow,
)

BEGINS = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
"""Monday, midnight in the shop."""
ENDS = BEGINS + timedelta(days=7)
JUST_BEFORE = BEGINS - timedelta(microseconds=1)
INSIDE = BEGINS + timedelta(days=2)
NOTHING_IN_IT = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))


def put(connection: Connection, row: type[SQLModel], *rows: dict[str, Any]) -> None:
    for columns in rows:
        connection.execute(insert(row).values(columns))


def people(connection: Connection, count: int) -> None:
    put(connection, CustomerRow, *({"id": n, "first_seen_at": BEGINS} for n in range(1, count + 1)))
    contacts = (
        {"id": n, "account": "a", "external_id": f"u{n}", "customer_id": n} for n in range(1, count + 1)
    )
    put(connection, ContactRow, *contacts)
    put(connection, ContactRow, {"id": 99, "account": "a", "external_id": "seller", "customer_id": None})


def order(who: int, at: datetime, total: int, status: str = "paid", refunded: int = 0) -> dict[str, Any]:
    number = f"{who}-{at:%m%d%H%M%S%f}-{total}-{status}"
    money = {"total": Decimal(total), "refunded": Decimal(refunded)}
    return {"number": number, "customer_id": who, "status": OrderStatus(status), "created_at": at} | money


def test_trade(database: Database) -> None:
    with database.transaction() as connection:
        people(connection, 5)
        put(
            connection,
            OrderRow,
            order(1, BEGINS, 100),
            order(1, INSIDE, 50, "signed", refunded=20),
            order(2, JUST_BEFORE, 999),  # makes the next one a returning buyer's
            order(2, ENDS - timedelta(seconds=1), 70, "shipped"),
            order(3, ENDS, 999),
            order(3, INSIDE, 999, "created"),
            order(3, INSIDE, 999, "cancelled"),
            order(4, BEGINS - timedelta(days=400), 999, "refunded"),  # was no purchase
            order(4, INSIDE, 30),
        )
        assert trade(connection, BEGINS, ENDS) == Trade(4, Decimal(230), 3, 1)
        assert trade(connection, *NOTHING_IN_IT) == Trade()


def test_who_was_lost(database: Database) -> None:
    def move(who: int, day: int, after: str) -> dict[str, Any]:
        on = date(2026, 11, day)
        return {"customer_id": who, "day": on, "at": BEGINS, "before": "新客", "after": after}

    with database.transaction() as connection:
        people(connection, 5)
        lost_ones = [(1, 16), (2, 22), (3, 15), (4, 23)]
        put(connection, StageMoveRow, *(move(who, day, "流失") for who, day in lost_ones))
        put(connection, StageMoveRow, move(5, 18, "老客户"), move(1, 18, "新客"), move(1, 20, "流失"))
        assert lost(connection, date(2026, 11, 16), date(2026, 11, 22), "流失") == 2


def test_marks(database: Database) -> None:
    with database.transaction() as connection:
        people(connection, 1)
        given = [(INSIDE, 5, 4), (BEGINS, 2, None), (ENDS, 1, 1), (JUST_BEFORE, 1, 1)]
        rows = ({"customer_id": 1, "at": at, "logistics": one, "quality": two} for at, one, two in given)
        put(connection, ScoresRow, *rows)
        assert marks(connection, BEGINS, ENDS) == (2, (Mark("物流", 3.5, 2), Mark("质量", 4.0, 1)))
        assert marks(connection, *NOTHING_IN_IT) == (0, ())


def said(
    contact: int, kind: Kind, status: Status = Status.SENT, at: datetime = INSIDE, **more: str
) -> dict[str, Any]:
    row = {"contact_id": contact, "kind": kind, "status": status, "created_at": at, "due_at": at}
    return row | more


def test_sendings(database: Database) -> None:
    with database.transaction() as connection:
        people(connection, 3)
        put(
            connection,
            OutboxRow,
            said(1, Kind.REPLY),
            said(2, Kind.REPLY),
            said(99, Kind.REPLY),  # to a seller
            said(99, Kind.ALERT),
            said(1, Kind.CARE, reason="等到早上才发"),
            said(1, Kind.CARE, Status.DROPPED, reason="他退订了"),
            said(2, Kind.CARE, Status.DROPPED, reason=WITHDRAWN),
            said(3, Kind.NOTICE, Status.FAILED),
            said(3, Kind.NOTICE, Status.PARKED),
            said(3, Kind.PROMO, at=ENDS),
        )
        assert sendings(connection, BEGINS, ENDS) == {
            (Kind.REPLY, ""): 2,
            (Kind.CARE, ""): 1,
            (Kind.CARE, "他退订了"): 1,
            (Kind.NOTICE, "平台没有收"): 1,
        }


def test_with_how_many_people_each_has_spoken(database: Database) -> None:
    def question(who: int, by: str, at: datetime = INSIDE) -> dict[str, Any]:
        answered = at if by else None
        asked = {"customer_id": who, "urgency": "普通", "asked_at": at}
        return asked | {"answered_at": answered, "answered_by": by}

    with database.transaction() as connection:
        people(connection, 4)
        put(
            connection,
            OutboxRow,
            said(1, Kind.RELAY, origin="小王"),
            said(1, Kind.RELAY, origin="小王"),
            said(2, Kind.COMPLAINT, origin="小王"),
            said(2, Kind.COMPLAINT),
            said(3, Kind.PROMO, origin="小王"),
            said(3, Kind.RELAY, Status.FAILED, origin="小王"),
            said(4, Kind.RELAY, at=JUST_BEFORE, origin="小王"),
        )
        put(
            connection,
            BuyerQuestionRow,
            question(1, "小王"),
            question(3, "老板"),
            question(2, "不用回了"),
            question(4, ""),
            question(2, "老板", ENDS),
        )
        assert spoken_with(connection, BEGINS, ENDS, ("不用回了",)) == {"小王": 2, "老板": 1}


def test_trials(database: Database) -> None:
    def care(who: int, state: CareState, group: str = "", rule: str = "想念", n: int = 1) -> dict[str, Any]:
        settled = {"settled_at": INSIDE, "due_at": INSIDE, "ab": group, "state": state}
        return {"customer_id": who, "rule": rule, "occasion": str(n)} | settled

    with database.transaction() as connection:
        people(connection, 7)
        put(
            connection,
            CareRow,
            care(1, CareState.SAID, "A"),
            care(1, CareState.SAID, "A", n=2),
            care(2, CareState.TASK, "A"),
            care(3, CareState.SAID, "B"),
            care(4, CareState.HELD_OUT),
            care(5, CareState.HELD_OUT),
            care(6, CareState.SKIPPED, "A"),
            care(7, CareState.SAID, rule="生日"),
            care(7, CareState.SAID, rule="别的"),
        )
        later = INSIDE + timedelta(days=20)
        bought = [order(1, later, 10), order(2, JUST_BEFORE, 10), order(3, later, 10, "cancelled")]
        put(connection, OrderRow, *bought, order(5, later, 10))
        groups = (Came("A", 2, 1), Came("B", 1, 0), Came("没发的", 2, 1))
        found = trials(connection, ["想念", "生日"], BEGINS, ENDS)
        assert found == (Trial("想念", groups), Trial("生日", (Came("发了的", 1, 0),)))
        assert trials(connection, [], BEGINS, ENDS) == ()
        assert trials(connection, ["想念"], *NOTHING_IN_IT) == ()
