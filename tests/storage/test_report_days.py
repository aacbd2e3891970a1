"""Revenue day by day is the report's revenue, cut at the shop's midnights."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handlers.report.period import Which, period
from storage.db import Database
from storage.queries.report import by_day, trade
from storage.rows import OrderRow
from tests.storage.test_report import BEGINS, ENDS, JUST_BEFORE, NOTHING_IN_IT, order, people, put

DAY = timedelta(days=1)
WEEK = list(pairwise(BEGINS + n * DAY for n in range(8)))
JUST = timedelta(microseconds=1)
STATUSES = ("paid", "shipped", "signed", "created", "cancelled", "refunded")


def test_each_order_is_of_the_day_on_which_it_was_placed(database: Database) -> None:
    with database.transaction() as connection:
        people(connection, 3)
        put(
            connection,
            OrderRow,
            order(1, BEGINS, 100),
            order(2, BEGINS + DAY - JUST, 50, "signed", refunded=20),
            order(2, BEGINS + DAY, 70, "shipped"),
            order(3, BEGINS + DAY, 0),
            order(1, BEGINS + 3 * DAY, 10, refunded=45),  # more went back than it cost
            order(1, BEGINS + 4 * DAY, 0),
            order(3, BEGINS + 5 * DAY, 999, "created"),
            order(3, BEGINS + 5 * DAY, 999, "refunded"),
            order(3, JUST_BEFORE, 999),
            order(3, ENDS, 999),
        )
        assert by_day(connection, WEEK) == {0: 130, 1: 70, 3: -35, 4: 0}
        assert by_day(connection, [WEEK[0], WEEK[3]]) == {0: 130, 1: -35}, "what lies between is left out"
        assert by_day(connection, [NOTHING_IN_IT]) == by_day(connection, []) == {}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_the_days_add_up_to_the_whole(database: Database, zone: str) -> None:
    here = ZoneInfo(zone)
    now = datetime(2027, 3, 30, 15, 40, tzinfo=here)  # clocks were turned on the 28th in Berlin
    chance = random.Random(20270330)
    with database.transaction() as connection:
        people(connection, 9)
        moments = [now - timedelta(minutes=chance.randrange(100 * 24 * 60)) for _ in range(600)]
        orders = [
            order(
                chance.randint(1, 9),
                at + n * JUST,
                chance.randint(1, 900),
                chance.choice(STATUSES),
                7 * (n % 3),
            )
            for n, at in enumerate(moments)
        ]
        put(connection, OrderRow, *orders)
        for which in Which:
            chosen = period(which, now, here)
            for days in (chosen.this, chosen.before):
                each = by_day(connection, days.one_by_one(here))
                whole = trade(connection, days.begins, days.ends)
                assert sum(each.values(), Decimal(0)) == whole.revenue
                assert whole.revenue or not whole.orders
            both = by_day(connection, [*chosen.before.one_by_one(here), *chosen.this.one_by_one(here)])
            assert sum(both.values()) == sum(
                trade(connection, days.begins, days.ends).revenue for days in (chosen.this, chosen.before)
            )
