"""找's conditions in SQL mean what they say, on both databases."""

from __future__ import annotations

import operator
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.core.customer import OrderStatus
from bot.core.selection import (
    All,
    AnyOf,
    BornIn,
    BoughtWithin,
    Compared,
    Figure,
    Has,
    NoContactFor,
    Node,
    Not,
    NotBoughtFor,
    Sign,
    Trait,
    Words,
)
from storage.db import Database
from storage.queries.selection import COUNTS, Moment, selected
from storage.rows import ContactRow, CustomerRow, OrderItemRow, OrderRow, OutboxRow, TagRow, ValueRow

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
MOMENT = Moment(NOW, TODAY, lambda word: ["玫瑰面霜"] if word == "润肤" else [])
BIRTHDAYS = {
    "": None,
    "1990-12-03": 12,
    "12-30": 12,
    "2月3日": 2,
    "1991年12月1日": 12,
    "1990-01-12": 1,
    "农历12月初三": None,
    "1988/11/2": 11,
}
TAGS, CITIES = ("敏感肌", "油皮", "VIP"), ("", "杭州市西湖区", "上海", "50%_街")
PRODUCTS = ("玫瑰面霜", "洁面乳", "50%off")
TIERS, STAGES, SEGMENTS = ("", "金卡"), ("潜客", "老客户"), ("", "重要价值客户")


@dataclass
class Person:
    id: int
    name: str
    address: str
    birthday: str
    stage: str
    tags: list[str]
    bought: list[tuple[str, OrderStatus]]
    value: dict[str, Any] | None
    heard: timedelta | None
    sent: timedelta | None
    extra: dict[str, Any] = field(default_factory=dict)

    def figure(self, name: str) -> Any:
        return (self.value or {}).get(name) or 0

    @property
    def last_on(self) -> date | None:
        return (self.value or {}).get("last_on")


def people(seed: int) -> list[Person]:
    r = random.Random(seed)
    return [_person(r, number) for number in range(1, 41)]


def _person(r: random.Random, number: int) -> Person:
    value = None
    if r.random() < 0.75:
        orders = r.choice([0, 1, 2, 3, 5])
        value = {
            "orders": orders,
            "spent": Decimal(r.choice([0, 100, 500, 501, 2000])) if orders else Decimal(0),
            "average": Decimal(r.choice([100, 200])) if orders else None,
            "points": r.choice([0, 100, 101]),
            "win_back": r.choice([0, 40]),
            "last_on": TODAY - timedelta(days=r.choice([0, 29, 30, 89, 90, 91])) if orders else None,
            "tier": r.choice(TIERS),
            "segment": r.choice(SEGMENTS),
            "kind": r.choice(["", "散户", "大客户"]),
            "valued_at": NOW,
        }
    days = [None, timedelta(days=29), timedelta(days=31)]
    return Person(
        number,
        r.choice(["小丽", "油皮妹", "大明"]),
        r.choice(CITIES),
        r.choice(list(BIRTHDAYS)),
        r.choice(STAGES),
        r.sample(TAGS, r.randrange(3)),
        [(r.choice(PRODUCTS), r.choice(list(OrderStatus))) for _ in range(r.randrange(3))],
        value,
        r.choice(days),
        r.choice(days),
    )


def put(database: Database, everybody: Sequence[Person]) -> None:
    with database.transaction() as c:
        for p in everybody:
            row = {"id": p.id, "name": p.name, "address": p.address, "birthday": p.birthday}
            c.execute(insert(CustomerRow).values(**row, stage=p.stage, first_seen_at=NOW))
            contact = {"account": "sandbox", "external_id": f"u{p.id}", "customer_id": p.id}
            heard = NOW - p.heard if p.heard else None
            c.execute(insert(ContactRow).values(id=p.id, **contact, message_at=heard))
            if p.sent:
                at = NOW - p.sent
                out = {"contact_id": p.id, "kind": "care", "status": "sent", "due_at": at, "created_at": at}
                c.execute(insert(OutboxRow).values(**out, sent_at=at))
            for tag in p.tags:
                seen = {"source": "bot", "first_at": NOW, "last_at": NOW}
                c.execute(insert(TagRow).values(customer_id=p.id, name=tag, **seen))
            for n, (product, status) in enumerate(p.bought):
                order = {"id": p.id * 10 + n, "number": f"{p.id}-{n}", "customer_id": p.id}
                c.execute(insert(OrderRow).values(**order, status=status, total=Decimal(1), created_at=NOW))
                line = {"order_id": p.id * 10 + n, "product": product, "quantity": 1, "price": Decimal(1)}
                c.execute(insert(OrderItemRow).values(line))
            if p.value is not None:
                c.execute(insert(ValueRow).values(customer_id=p.id, **p.value))
        # somebody of whom nothing but a seller's contact is known must not upset "not in"
        c.execute(insert(ContactRow).values(id=999, account="sandbox", external_id="seller", message_at=NOW))


COMPARE = {
    Sign.LESS: operator.lt,
    Sign.AT_MOST: operator.le,
    Sign.EQUAL: operator.eq,
    Sign.UNEQUAL: operator.ne,
    Sign.AT_LEAST: operator.ge,
    Sign.MORE: operator.gt,
}
COLUMN = {
    Figure.ORDERS: "orders",
    Figure.SPENT: "spent",
    Figure.AVERAGE: "average",
    Figure.POINTS: "points",
    Figure.WIN_BACK: "win_back",
}


def holds(node: Node, p: Person) -> bool:
    """The same without a database."""
    match node:
        case All(parts):
            return all(holds(part, p) for part in parts)
        case AnyOf(parts):
            return any(holds(part, p) for part in parts)
        case Not(part):
            return not holds(part, p)
        case Words(text):
            places = [p.name, p.address, *p.tags, *(product for product, _ in p.bought)]
            return text == f"u{p.id}" or any(text.lower() in place.lower() for place in places)
        case Compared(figure, sign, amount):
            return bool(COMPARE[sign](p.figure(COLUMN[figure]), amount))
        case NotBoughtFor(days):
            return p.last_on is not None and (TODAY - p.last_on).days >= days
        case BoughtWithin(days):
            return p.last_on is not None and (TODAY - p.last_on).days < days
        case NoContactFor(days):
            return all(span is None or span >= timedelta(days=days) for span in (p.heard, p.sent))
        case BornIn(month, ahead):
            return BIRTHDAYS[p.birthday] == (month or 11 + ahead)
        case Has(trait, value):
            return _has(trait, value, p)


def _has(trait: Trait, value: str, p: Person) -> bool:
    if trait is Trait.BOUGHT:
        counted = [product for product, status in p.bought if status in COUNTS]
        known = MOMENT.known_as(value)
        return any(value.lower() in product.lower() or product in known for product in counted)
    return {
        Trait.TAG: value in p.tags or value.upper() in p.tags,
        Trait.TIER: (p.figure("tier") or "") == value,
        Trait.STAGE: p.stage == value,
        Trait.SEGMENT: (p.figure("segment") or "") == value,
        Trait.KIND: (p.figure("kind") or "观望") == value,
        Trait.PLACE: value.lower() in p.address.lower(),
    }[trait]


VALUES = {
    Trait.TAG: [*TAGS, "vip", "没人有"],
    Trait.TIER: TIERS,
    Trait.STAGE: STAGES,
    Trait.SEGMENT: SEGMENTS,
    Trait.KIND: ["观望", "散户", "大客户"],
    Trait.PLACE: ["杭州", "50%", "_"],
    Trait.BOUGHT: ["面霜", "润肤", "50%OFF", "%"],
}
LEAVES = st.one_of(
    st.builds(Words, st.sampled_from(["油皮", "小丽", "面霜", "u7", "vip", "50%"])),
    st.builds(
        Compared,
        st.sampled_from(Figure),
        st.sampled_from(Sign),
        st.sampled_from([Decimal(n) for n in ("0", "1", "2.5", "100", "500", "501")]),
    ),
    st.sampled_from([Has(trait, value) for trait, values in VALUES.items() for value in values]),
    st.builds(NotBoughtFor, st.sampled_from([0, 30, 90])),
    st.builds(BoughtWithin, st.sampled_from([1, 30, 90])),
    st.builds(NoContactFor, st.sampled_from([29, 30, 31])),
    st.sampled_from([BornIn(12), BornIn(2), BornIn(1), BornIn(), BornIn(None, 1)]),
)
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda nodes: st.one_of(
        nodes.map(Not),
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)


def test_sql_means_what_the_condition_says(database: Database) -> None:
    everybody = people(seed=5)
    put(database, everybody)

    @settings(max_examples=150)
    @given(NODES)
    def agrees(node: Node) -> None:
        with database.transaction() as connection:
            found = selected(connection, node, MOMENT, 1000)
        expected = {p.id for p in everybody if holds(node, p)}
        assert set(found.ids) == expected
        assert found.total == len(expected) == len(found.ids)

    agrees()


def test_every_kind_of_condition_means_some_and_not_all(database: Database) -> None:
    """Else the test above would agree about nothing."""
    everybody = people(seed=5)
    put(database, everybody)
    seen = [Compared(f, Sign.AT_LEAST, Decimal(1)) for f in Figure]
    seen += [Has(t, values[-1 if t is not Trait.TAG else 0]) for t, values in VALUES.items()]
    seen += [NotBoughtFor(90), BoughtWithin(30), NoContactFor(30), BornIn(12), Words("油皮")]
    with database.transaction() as connection:
        for node in seen:
            assert 0 < selected(connection, node, MOMENT, 1000).total < len(everybody), node


def test_who_spent_most_comes_first_and_the_rest_is_counted(database: Database) -> None:
    everybody = people(seed=5)
    put(database, everybody)
    with database.transaction() as connection:
        found = selected(connection, Not(Words("谁也不是")), MOMENT, 3)
    by_spent = sorted(everybody, key=lambda p: (-(p.figure("spent") if p.value else -1), p.id))
    assert found.ids == [p.id for p in by_spent[:3]]
    assert found.total == len(everybody)
