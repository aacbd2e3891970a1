"""What customers are worth is kept with their orders, once; and what turns by itself turns at night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Row, event, insert, select, update
from sqlmodel import SQLModel, col

from bot.core.customer import OrderItem, OrderStatus, TagSource
from bot.core.effects import AddTag, Effect, EnterPoints, KeepOrder, MoveStage, RecordOrder, Refer
from bot.core.events import OrderedBy, OrderEvent, SellerMessage, TimerDue
from bot.core.settings import Settings
from bot.valuation import nightly, reckon_figures, revalue, revalue_after
from handlers.brain import Brain
from scheduler.clockwork import Clockwork
from storage import load
from storage.db import Database
from storage.queries.worth import stage_moves, value_of
from storage.rows import (
    CustomerRow,
    OrderRow,
    PointsRow,
    ProductCycleRow,
    ProductVoteRow,
    StageMoveRow,
    TimerRow,
    TogetherRow,
    ValueRow,
    table,
)
from storage.shop_timers import next_round
from storage.writers import Origin, Surroundings, write_effects
from tests.bench import Bench, Hand, reader, with_accounts
from tests.fakes.platform import Platform

NINE = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
KEPT = (ValueRow, StageMoveRow, PointsRow, ProductVoteRow, TogetherRow)
CREAM, WASH = "玫瑰面霜", "氨基酸洁面乳"


@dataclass
class Books:
    """The shop's records, written as the engine writes them."""

    database: Database
    settings: Settings
    now: datetime = NINE
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def buyer(self, name: str = "alice") -> int:
        with self.database.transaction() as c:
            made = load.ensure_contacts(c, [("sandbox", name)], [], self.now)
        id_ = made["sandbox", name].customer_id
        assert id_ is not None
        return id_

    def write(self, *effects: Effect) -> None:
        with self.database.transaction() as c:
            write_effects(c, [(Origin(self.now, None, Surroundings()), e) for e in effects])
            revalue_after(c, effects, self.settings, self.now)

    def bought(self, who: int, total: int = 100, product: str = CREAM, more: tuple[str, ...] = ()) -> int:
        items = tuple(OrderItem(p, 1, Decimal(total if p == product else 0)) for p in (product, *more))
        number = f"o{next(self.numbers)}"
        self.write(RecordOrder(who, number, items))
        return next(r.id for r in self.rows(OrderRow) if r.number == number)

    def order(self, order_id: int, **fields: Any) -> None:
        """What a shop event makes of an order."""
        row = next(r for r in self.rows(OrderRow) if r.id == order_id)
        known = {"status": row.status, "total": row.total, "created_at": row.created_at}
        self.write(KeepOrder(row.number, row.customer_id, known | fields))

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def revalue(self, *ids: int) -> int:
        with self.database.transaction() as c:
            return revalue(c, ids, self.settings, self.now)

    def night(self) -> datetime:
        """The whole round of this night; when the next one is."""
        again = self.now
        while again <= self.now:
            with self.database.transaction() as c:
                again = nightly(self.settings, c, self.now)
        return again

    def value(self, who: int) -> Row[Any]:
        with self.database.transaction() as c:
            found = value_of(c, who)
        assert found is not None
        return found

    def stages(self, who: int) -> list[tuple[date, str]]:
        with self.database.transaction() as c:
            return [(move.day, move.after) for move in reversed(stage_moves(c, who, 99))]

    def rows(self, row_class: type[SQLModel]) -> list[Row[Any]]:
        with self.database.transaction() as c:
            return list(c.execute(select(table(row_class)).order_by(*table(row_class).primary_key.columns)))

    def everything(self) -> list[list[Row[Any]]]:
        return [self.rows(row_class) for row_class in KEPT]

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is asked of the database meanwhile."""
        asked: list[str] = []
        engine = self.database._writer
        listener = lambda *call: asked.append(call[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        yield asked
        event.remove(engine, "before_cursor_execute", listener)


@pytest.fixture
def books(database: Database, settings: Settings) -> Books:
    return Books(database, settings)


@pytest.fixture
def alice(books: Books) -> int:
    return books.buyer()


# --- with the orders ----------------------------------------------------------------------------------


def test_the_first_order(books: Books, alice: int) -> None:
    books.bought(alice, 258)
    value = books.value(alice)
    assert (value.orders, value.days, value.spent, value.average) == (1, 1, Decimal(258), Decimal(258))
    assert (value.first_on, value.last_on, value.band, value.points) == (TODAY, TODAY, 1, 258)
    assert (value.segment, value.tier, value.kind, value.dormant) == ("一般发展客户", "", "散户", 0)
    assert (value.next_on, value.next_goods) == (date(2027, 1, 20), CREAM)  # 60 days a piece
    assert books.stages(alice) == [(TODAY, "新客")]
    assert books.rows(CustomerRow)[0].stage == "新客"


def test_stages_tier_and_points_grow_with_the_orders(books: Books, alice: int) -> None:
    for _ in range(5):
        books.bought(alice, 500)
        books.wait(days=30)
    assert [stage for _, stage in books.stages(alice)] == ["新客", "老客户", "忠诚客户"]
    value = books.value(alice)
    assert (value.tier, value.points, value.kind) == ("金卡", 2500, "大客户")
    assert value.tier_until == date(2028, 3, 21)
    assert value.cycle_basis == "own"


def test_praise_makes_a_fan(books: Books, alice: int) -> None:
    for _ in range(3):
        books.bought(alice)
    books.write(AddTag(alice, "常夸", TagSource.BOT))
    assert books.stages(alice)[-1] == (TODAY, "粉丝")
    assert books.value(alice).signs == 1


def test_a_refund_takes_back_what_the_order_brought_and_says_so(books: Books, alice: int) -> None:
    books.bought(alice, 100)
    before = {r.product: r.baskets for r in books.rows(TogetherRow) if not r.other}
    second = books.bought(alice, 900, more=(WASH,))
    assert books.value(alice).tier == "银卡"
    books.order(second, status=OrderStatus.REFUNDED)
    value = books.value(alice)
    assert (value.orders, value.spent, value.points, value.tier) == (1, Decimal(100), 100, "")
    assert [stage for _, stage in books.stages(alice)] == ["新客", "老客户", "新客"]
    after = {r.product: r.baskets for r in books.rows(TogetherRow) if not r.other and r.baskets}
    assert after == before
    assert [(r.points, r.reason) for r in books.rows(PointsRow)][2:] == [(-900, "退款收回")]


def test_a_part_refund_is_not_spent(books: Books, alice: int) -> None:
    order = books.bought(alice, 300)
    books.order(order, refunded=Decimal(100))
    value = books.value(alice)
    assert (value.orders, value.spent, value.points, value.bargain) == (1, Decimal(200), 200, False)


def test_an_unpaid_order_counts_once_it_is_paid(books: Books, alice: int) -> None:
    books.write(RecordOrder(alice, "o", (OrderItem(CREAM, 1, Decimal(129)),), OrderStatus.CREATED))
    assert (books.value(alice).orders, books.stages(alice)) == (0, [])
    books.order(books.rows(OrderRow)[0].id, status=OrderStatus.PAID)
    assert (books.value(alice).orders, books.value(alice).points) == (1, 129)


def test_looking_again_changes_nothing(books: Books, alice: int) -> None:
    first = books.bought(alice, 100, more=(WASH,))
    books.bought(alice, 300)
    books.order(first, status=OrderStatus.CANCELLED)
    before = books.everything()
    assert books.revalue(alice, alice) == 1
    assert books.everything() == before


def test_who_never_bought_keeps_the_stage_that_somebody_gave_them(books: Books, alice: int) -> None:
    with books.database.transaction() as c:
        c.execute(update(CustomerRow).values(stage="粉丝"))
    books.revalue(alice)
    assert (books.rows(CustomerRow)[0].stage, books.value(alice).kind) == ("粉丝", "观望")


def test_an_agent_stays_one_however_silent(books: Books, alice: int) -> None:
    books.bought(alice)
    books.write(MoveStage(alice, "新客", "分销商", TODAY, "店主确认的"))
    books.wait(days=800)
    books.revalue(alice)
    assert books.rows(CustomerRow)[0].stage == "分销商"


def test_given_points_are_part_of_the_balance(books: Books, alice: int) -> None:
    books.bought(alice, 100)
    books.write(EnterPoints(alice, 50, "生日", "老板", TODAY + timedelta(days=10)))
    assert (books.value(alice).points, books.value(alice).points_until) == (150, TODAY + timedelta(days=10))


def test_margin_where_costs_are_known(books: Books, alice: int) -> None:
    cheap = [
        p.model_copy(update={"cost": Decimal(40)}) if p.name == CREAM else p for p in books.settings.products
    ]
    books.settings = books.settings.model_copy(update={"products": tuple(cheap)})
    books.bought(alice, 129)
    books.bought(alice, 69, WASH)
    value = books.value(alice)
    assert (value.margin, value.margin_orders) == (Decimal(89), 1)


def test_a_history_from_elsewhere_is_dated_as_it_was(books: Books, alice: int) -> None:
    """As an import writes it: orders of the past, valued afterwards."""
    days = (date(2024, 1, 5), date(2024, 3, 5), date(2025, 6, 1), date(2026, 11, 1))
    with books.database.transaction() as c:
        for n, day in enumerate(days):
            at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
            row = {"number": f"old{n}", "customer_id": alice, "total": Decimal(100), "created_at": at}
            c.execute(insert(OrderRow).values(**row, status=OrderStatus.SIGNED))
    books.revalue(alice)
    steps = books.stages(alice)
    assert [stage for _, stage in steps] == ["新客", "老客户", "流失", "老客户", "流失", "老客户"]
    assert steps[0][0] == days[0] and days[1] < steps[2][0] < days[2] and steps[-1][0] == days[3]
    assert books.value(alice).points == 100  # the others have expired
    assert books.value(alice).orders == 4


def test_who_brought_them_counts_them_once_they_have_bought(books: Books, alice: int) -> None:
    books.bought(alice)
    friends = [books.buyer(f"friend{n}") for n in range(3)]
    for friend in friends:
        books.write(Refer(friend, alice, "said"))
        assert books.value(alice).signs == friends.index(friend)
        books.bought(friend)
    value = books.value(alice)
    assert (value.signs, value.kind, value.tier) == (3, "意见领袖", "金卡")


def test_points_follow_an_order_to_its_new_owner(books: Books, alice: int) -> None:
    other = books.buyer("other")
    books.bought(alice, 100)
    books.bought(other, 300)
    books.write(EnterPoints(other, 7, "补", "老板"))
    with books.database.transaction() as c:
        c.execute(update(OrderRow).where(col(OrderRow.customer_id) == other).values(customer_id=alice))
    books.revalue(alice, other)
    value, left = books.value(alice), books.value(other)
    assert (value.orders, value.spent, value.points) == (2, Decimal(400), 400)
    assert (left.orders, left.spent, left.points) == (0, 0, 7)
    orders = [r for r in books.rows(TogetherRow) if not r.product]
    assert orders[0].baskets == 2


def test_the_cost_is_of_statements_not_of_customers(books: Books) -> None:
    def asked(ids: list[int]) -> int:
        for id_ in ids:
            books.write(RecordOrder(id_, f"n{next(books.numbers)}", (OrderItem(CREAM, 1, Decimal(9)),)))
        with books.statements() as statements:
            books.revalue(*ids)
        return len(statements)

    few = asked([books.buyer(f"a{n}") for n in range(2)])
    assert asked([books.buyer(f"b{n}") for n in range(40)]) == few < 20


# --- through the engine -------------------------------------------------------------------------------


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"sandbox": Platform()})


async def test_the_value_is_written_with_the_order(bench: Bench, settings: Settings) -> None:
    engine = bench.engine(Brain(settings, reader(settings)))
    await engine.submit(bench.message("sandbox", "alice", "面霜多少钱"))
    said = SellerMessage(
        "sandbox", "seller", "s1", bench.clock.now(), "老板", "owner", "订单 alice 玫瑰面霜 258 2"
    )
    await engine.submit(said)
    (value,) = bench.rows(ValueRow)
    assert (value.spent, value.points) == (Decimal(258), 258)
    assert bench.rows(CustomerRow)[0].stage == "新客"


async def test_a_shop_event_too(bench: Bench, settings: Settings) -> None:
    engine = bench.engine(Brain(settings, reader(settings)))
    items = (OrderItem(CREAM, 1, Decimal(129)),)
    who = OrderedBy("王芳", "13812345678")
    for n, happened in enumerate((OrderStatus.PAID, OrderStatus.REFUNDED)):
        event_ = OrderEvent(f"e{n}", happened, "T1", who, items, Decimal(129), paid_at=bench.clock.now())
        await engine.submit(event_)
        (value,) = bench.rows(ValueRow)
        assert (value.orders, value.points) == ((1, 129), (0, 0))[n]


# --- at night -----------------------------------------------------------------------------------------


def test_silence_turns_to_dormant_and_lost_on_its_day(books: Books, alice: int) -> None:
    books.bought(alice)
    seen: dict[tuple[int, str], date] = {}
    for _ in range(370):
        night = books.now.astimezone(books.settings.shop.zone).date()
        books.now = books.night()
        value, stage = books.value(alice), books.rows(CustomerRow)[0].stage
        seen.setdefault((value.dormant, stage), night)
    assert seen == {
        (0, "新客"): TODAY,
        (3, "新客"): date(2027, 2, 21),
        (6, "新客"): date(2027, 5, 21),
        (12, "流失"): date(2027, 11, 21),
    }
    assert books.stages(alice)[-1] == (date(2027, 11, 21), "流失")


def test_tier_and_points_end_on_their_day(books: Books, alice: int) -> None:
    books.bought(alice, 600)
    assert (books.value(alice).tier_until, books.value(alice).points_until) == (date(2027, 11, 21),) * 2
    held = []
    books.now = datetime(2027, 11, 19, 20, tzinfo=UTC)
    for _ in range(3):
        books.now = books.night()
        held.append((books.value(alice).tier, books.value(alice).points))
    assert held == [("银卡", 600), ("银卡", 600), ("", 0)]


def test_only_who_is_due_is_looked_at(books: Books, alice: int) -> None:
    others = [books.buyer(f"b{n}") for n in range(3)]
    books.bought(alice)
    books.now = books.night()  # the first night looks at everybody
    books.wait(days=20)
    for other in others:
        books.bought(other)
    books.night()
    books.wait(days=12)
    books.night()
    looked = {r.customer_id: r.valued_at for r in books.rows(ValueRow)}
    assert [id_ for id_, at in looked.items() if at == books.now] == [alice]


def test_a_shop_that_has_orders_already_is_valued_at_the_first_round(books: Books, alice: int) -> None:
    with books.database.transaction() as c:
        row = {"number": "old", "customer_id": alice, "total": Decimal(100), "created_at": NINE}
        c.execute(insert(OrderRow).values(**row, status=OrderStatus.SIGNED))
    assert books.night() == datetime(2026, 11, 21, 19, 30, tzinfo=UTC)  # half past three
    assert books.value(alice).spent == Decimal(100)


def test_changed_rules_reach_everybody_the_next_night(books: Books, alice: int) -> None:
    books.bought(alice, 600)
    books.now = books.night()
    tiers = books.settings.value.tiers.model_copy(update={"levels": ()})
    value = books.settings.value.model_copy(update={"tiers": tiers})
    books.settings = books.settings.model_copy(update={"value": value})
    books.now = books.night()
    books.night()
    assert books.value(alice).tier == ""
    assert books.value(alice).points == 600


def test_the_shop_learns_from_its_customers(books: Books) -> None:
    for n in range(60):
        who = books.buyer(f"u{n}")
        books.bought(who, 50 + 10 * n)
        books.wait(days=1)
        if n % 2:
            books.wait(days=20)
            books.bought(who, 50 + n)
    with books.database.transaction() as c:
        reckon_figures(c, books.settings, books.now)
    newcomer = books.buyer("new")
    books.bought(newcomer, 2000, product="没写进商品表的")
    value = books.value(newcomer)
    assert value.cycle_basis == "shop"
    assert 20 < value.cycle_days < 30 and "30 位客人" in value.cycle_reason
    assert value.monetary == 5
    (cycle,) = books.rows(ProductCycleRow)
    assert (cycle.product, cycle.votes) == (CREAM, 30)


def test_one_whose_past_cannot_be_reckoned_holds_up_nobody(
    books: Books, alice: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.value.whole import Reckoning

    bob = books.buyer("bob")
    real = Reckoning.worth

    def worth_(self: Reckoning, one: Any, now: datetime) -> Any:
        if one.customer_id == alice:
            raise ZeroDivisionError
        return real(self, one, now)

    monkeypatch.setattr(Reckoning, "worth", worth_)
    books.bought(alice)
    books.bought(bob)
    assert [r.customer_id for r in books.rows(ValueRow)] == [bob]
    assert len(books.rows(OrderRow)) == 2
    books.night()
    assert {r.customer_id: r.look_again_on > TODAY for r in books.rows(ValueRow)} == {alice: True, bob: True}


# --- the rounds of the clockwork ----------------------------------------------------------------------


class Noting:
    """An engine that notes when timers ring."""

    def __init__(self, heard: list[tuple[str, datetime]], hand: Hand, database: Database) -> None:
        self.heard, self.database = heard, database

    async def submit(self, timer: TimerDue) -> None:
        self.heard.append((timer.rule, timer.due_at))
        with self.database.transaction() as c:
            c.execute(table(TimerRow).delete().where(table(TimerRow).c.id == timer.timer_id))

    async def drain(self) -> None:
        pass


async def test_rounds_are_made_in_order_of_their_due_time(bench: Bench) -> None:
    heard: list[tuple[str, datetime]] = []

    def daily(_: Any, now: datetime) -> datetime:
        heard.append(("round", now))
        return now + timedelta(days=1)

    who = bench.contact("sandbox", "alice").customer_id
    start = bench.clock.now()
    with bench.database.transaction() as c:
        for hours in (12, 36):
            row = {"rule": "timer", "customer_id": who, "occasion": str(hours)}
            c.execute(insert(TimerRow).values(**row, due_at=start + timedelta(hours=hours)))
    clockwork = Clockwork(
        bench.database,
        Noting(heard, bench.hand, bench.database),
        bench.sender,
        bench.clock,
        [],
        {"daily": daily},
    )
    await clockwork.advance(timedelta(days=2))
    hours = [(what, (at - start) / timedelta(hours=1)) for what, at in heard]
    assert hours == [("round", 0), ("timer", 12), ("round", 24), ("timer", 36), ("round", 48)]


async def test_a_round_goes_on_until_nothing_is_left(bench: Bench) -> None:
    left = [3]

    def much(_: Any, now: datetime) -> datetime:
        left[0] -= 1
        return now if left[0] else now + timedelta(days=1)

    clockwork = Clockwork(
        bench.database, Noting([], bench.hand, bench.database), bench.sender, bench.clock, [], {"much": much}
    )
    await clockwork.run_due()
    assert left == [0]


async def test_a_round_that_fails_is_made_again_an_hour_later(bench: Bench) -> None:
    def broken(connection: Any, now: datetime) -> datetime:
        raise RuntimeError("broken")

    clockwork = Clockwork(
        bench.database,
        Noting([], bench.hand, bench.database),
        bench.sender,
        bench.clock,
        [],
        {"broken": broken},
    )
    await clockwork.run_due()
    with bench.database.transaction() as c:
        assert next_round(c, ["broken"], bench.clock.now()) == bench.clock.now() + timedelta(hours=1)


async def test_the_night_comes_when_the_sandbox_clock_is_moved(bench: Bench, settings: Settings) -> None:
    books = Books(bench.database, with_accounts(settings))
    who = books.buyer()
    books.bought(who)
    rounds = {"nightly": partial(nightly, books.settings)}
    clockwork = Clockwork(
        bench.database, Noting([], bench.hand, bench.database), bench.sender, bench.clock, [], rounds
    )
    await clockwork.advance(timedelta(days=100))
    assert books.value(who).dormant == 3
