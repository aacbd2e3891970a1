"""The engine: what came in is stored once and answered once, whatever goes wrong beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from bot.core.customer import Customer, TagSource
from bot.core.delivery import Capability, Kind, Status, Via, Window
from bot.core.effects import AddTag, Effect, Push, Reply, StartTimer
from bot.core.events import BuyerEvent, BuyerMessage, Event, Happening, MessageKind, TimerDue
from bot.core.holiday import Holiday
from bot.core.settings import Settings
from bot.engine import Engine, Handled
from handlers.brain import Brain
from handlers.understanding import Reader
from handlers.understanding.examples import from_rows
from storage import load
from storage.db import Database
from storage.queues import claim_timers
from storage.rows import (
    AccountRow,
    ContactRow,
    CustomerRow,
    FailureRow,
    MessageRow,
    TagRow,
    TimerRow,
)
from storage.state import ensure_account
from tests.bench import Bench, answer_of, reader, with_accounts
from tests.fakes.platform import Platform

HOURS_48 = Window(5, timedelta(hours=48))
OA = Capability(passive=True, api=True, message_window=HOURS_48, text_bytes=600)
PASSIVE_ONLY = Capability(passive=True, api=False, message_window=HOURS_48, text_bytes=600)


class Echo(Brain):
    """A brain whose thoughts the test can read: some texts have a fixed effect, the others are answered alike."""

    def on_message(
        self,
        customer: Customer,
        message: BuyerMessage,
        now: datetime,
        pieces: timedelta,
        holidays: tuple[Holiday, ...] = (),
    ) -> list[Effect]:
        if "毒" in message.text:
            raise RuntimeError("poison")
        if "写不下" in message.text:
            return [Reply("不会说出来"), AddTag(10**9, "x", TagSource.BOT)]
        if message.text.startswith("说"):
            return [Reply(message.text[1:])]
        return super().on_message(customer, message, now, pieces, holidays)

    def on_timer(self, customer: Customer, timer: TimerDue, now: datetime) -> list[Effect]:
        if any("毒" in piece.text for piece in customer.pieces):
            raise RuntimeError("poison")
        if timer.rule == "say":
            return [Reply(timer.occasion)]
        return super().on_timer(customer, timer, now)


@pytest.fixture(scope="module")
def shop(settings: Settings) -> Settings:
    return with_accounts(settings)


@pytest.fixture(scope="module")
def brain(shop: Settings, settings: Settings) -> Brain:
    return Brain(shop, reader(settings))


@pytest.fixture(scope="module")
def echo(shop: Settings, settings: Settings) -> Echo:
    return Echo(shop, reader(settings))


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"sandbox": Platform(), "oa": Platform(OA), "other": Platform(PASSIVE_ONLY)})


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Database]:
    """The same database, opened by another process."""
    opened = Database(database_url)
    yield opened
    opened.close()


async def together(engine: Engine, *events: Event) -> list[Handled | BaseException]:
    """All of it in one batch."""
    return await asyncio.gather(*(engine.submit(event) for event in events), return_exceptions=True)


# --- the same message again ---------------------------------------------------------------------


async def test_the_same_id_in_one_batch_is_one_row_and_one_answer(bench: Bench, brain: Brain) -> None:
    engine = bench.engine(brain)
    event = bench.message("oa", "a", "面霜多少钱")
    first, second, third = await together(engine, event, event, event)
    assert isinstance(first, Handled)
    assert isinstance(second, Handled)
    assert first.answer
    assert (second.answer, third.answer) == (first.answer, first.answer)  # type: ignore[union-attr]
    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.message_row == first.message_row
    assert len(bench.rows(MessageRow)) == 1
    assert answer_of(bench, "oa", "a") == [first.answer]


async def test_the_same_id_later_gets_the_same_answer_whatever_it_says(bench: Bench, brain: Brain) -> None:
    first = await bench.engine(brain).submit(bench.message("oa", "a", "面霜多少钱", "same"))
    again = await bench.engine(brain).submit(bench.message("oa", "a", "洁面乳多少钱", "same"))
    assert again == Handled(first.message_row, first.answer, duplicate=True)
    assert [r.text for r in bench.rows(MessageRow)] == ["面霜多少钱"]


async def test_the_same_id_of_two_people_in_one_batch_is_the_first_ones(bench: Bench, brain: Brain) -> None:
    engine = bench.engine(brain)
    events = [bench.message("oa", who, "面霜多少钱", "same") for who in ("a", "b")]
    first, second = await together(engine, *events)
    assert isinstance(first, Handled)
    assert second == Handled(first.message_row, first.answer, duplicate=True)
    assert len(bench.rows(MessageRow)) == 1


async def test_the_same_id_on_two_accounts_is_two_messages(bench: Bench, brain: Brain) -> None:
    await together(
        bench.engine(brain),
        bench.message("oa", "a", "面霜多少钱", "same"),
        bench.message("other", "a", "面霜多少钱", "same"),
    )
    assert len(bench.rows(MessageRow)) == 2


async def test_two_engines_at_once_store_and_answer_once(
    bench: Bench, brain: Brain, elsewhere: Database
) -> None:
    here, there = bench.engine(brain), bench.engine(brain, elsewhere)
    events = [bench.message("oa", f"p{n}", "面霜多少钱") for n in range(30)]
    results = await asyncio.gather(
        together(here, *events), together(there, *reversed(events)), together(here, *events)
    )
    mine, theirs, again = results[0], list(reversed(results[1])), results[2]
    for one, two, three in zip(mine, theirs, again, strict=True):
        assert isinstance(one, Handled)
        assert isinstance(two, Handled)
        assert isinstance(three, Handled)
        assert one.answer
        assert one.answer == two.answer == three.answer
        assert one.message_row == two.message_row == three.message_row
    assert len(bench.rows(MessageRow)) == len(bench.rows(CustomerRow)) == 30
    assert len(bench.outbox()) == 30
    assert bench.rows(FailureRow) == []


async def test_two_engines_and_a_new_person_lose_no_answer(
    bench: Bench, brain: Brain, elsewhere: Database
) -> None:
    """Both meet each person for the first time; who loses the race tries again, with an answer."""
    here, there = bench.engine(brain), bench.engine(brain, elsewhere)
    for n in range(15):
        both = await asyncio.gather(
            here.submit(bench.message("oa", f"p{n}", "面霜多少钱")),
            there.submit(bench.message("oa", f"p{n}", "洁面乳多少钱")),
        )
        assert all(handled.answer for handled in both)
    assert bench.rows(FailureRow) == []
    assert len(bench.rows(CustomerRow)) == 15
    introduced = [r.answer for r in bench.rows(MessageRow) if "自动小助手" in r.answer]
    assert len(introduced) == 15


async def test_two_engines_with_crossing_batches_do_not_set_anything_aside(
    bench: Bench, brain: Brain, elsewhere: Database
) -> None:
    """a b a against b a b: without one order of locks, PostgreSQL ends one of them."""
    here, there = bench.engine(brain), bench.engine(brain, elsewhere)
    await together(here, bench.message("oa", "a", "面霜多少钱"), bench.message("oa", "b", "面霜多少钱"))
    for _ in range(5):
        order = ("a", "b", "a", "b")
        results = await asyncio.gather(
            together(here, *(bench.message("oa", who, "面霜多少钱") for who in order)),
            together(there, *(bench.message("oa", who, "洁面乳多少钱") for who in reversed(order))),
        )
        assert all(isinstance(h, Handled) and h.answer for handled in results for h in handled)
    assert bench.rows(FailureRow) == []


# --- one batch ----------------------------------------------------------------------------------


async def test_two_messages_of_one_person_in_one_batch_are_introduced_once(
    bench: Bench, brain: Brain
) -> None:
    one, two = await together(
        bench.engine(brain), bench.message("oa", "a", "面霜多少钱"), bench.message("oa", "a", "包邮吗")
    )
    assert isinstance(one, Handled)
    assert isinstance(two, Handled)
    assert one.answer
    assert two.answer
    assert "自动小助手" in one.answer
    assert "自动小助手" not in two.answer
    assert len(bench.rows(CustomerRow)) == 1


async def test_a_full_backlog_keeps_everybodys_order(bench: Bench, echo: Echo) -> None:
    """More than one batch, many people, several messages each."""
    engine = bench.engine(echo)
    events = [bench.message("sandbox", f"p{n % 50}", f"说{n}") for n in range(400)]
    await together(engine, *events)
    for person in range(50):
        said = answer_of(bench, "sandbox", f"p{person}")
        assert said == [str(n) for n in range(person, 400, 50)]


async def test_a_poisonous_event_costs_only_itself(bench: Bench, echo: Echo) -> None:
    engine = bench.engine(echo)
    events = [bench.message("oa", f"p{n}", f"说{n}") for n in range(20)]
    events[7] = bench.message("oa", "p7", "有毒", "poison")
    handled = await together(engine, *events)
    assert [h.answer for h in handled] == [str(n) if n != 7 else None for n in range(20)]  # type: ignore[union-attr]
    assert [r.text for r in bench.rows(MessageRow, message_id="poison")] == ["有毒"]
    assert [("BuyerMessage" in r.event, "RuntimeError" in r.error) for r in bench.rows(FailureRow)] == [
        (True, True)
    ]
    assert len(bench.alerts()) == 1
    assert "有毒" in bench.alerts()[0]
    again = await engine.submit(events[7])
    assert again.duplicate
    assert len(bench.alerts()) == len(bench.rows(FailureRow)) == 1


async def test_an_effect_that_cannot_be_written_costs_only_its_event(bench: Bench, echo: Echo) -> None:
    engine = bench.engine(echo)
    events = [bench.message("oa", f"p{n}", f"说{n}") for n in range(10)]
    events[3] = bench.message("oa", "p3", "写不下", "poison")
    handled = await together(engine, *events)
    assert [h.answer for h in handled] == [str(n) if n != 3 else None for n in range(10)]  # type: ignore[union-attr]
    assert len(bench.rows(MessageRow)) == 10
    assert [r.message_id for r in bench.rows(MessageRow, text="写不下")] == ["poison"]
    assert ["IntegrityError" in r.error for r in bench.rows(FailureRow)] == [True]
    assert len(bench.alerts()) == 1
    assert answer_of(bench, "oa", "p3") == []


async def test_the_same_id_failing_on_two_accounts_is_told_twice(bench: Bench, echo: Echo) -> None:
    for account in ("oa", "other"):
        await bench.engine(echo).submit(bench.message(account, "a", f"{account} 有毒", "same"))
    assert len(bench.alerts()) == 2


async def test_when_the_database_lets_nobody_in_the_event_is_not_answered_as_done(
    bench: Bench, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that passes is no fault of the event: it is handled in full a moment later."""
    engine, failing = bench.engine(echo), iter([True, False])
    write = bench.database.write

    async def busy(work: Any) -> Any:
        if next(failing, False):
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        return await write(work)

    monkeypatch.setattr(bench.database, "write", busy)
    assert (await engine.submit(bench.message("oa", "a", "说好"))).answer == "好"
    failing = iter([True, True, False])
    assert (await engine.submit(bench.message("oa", "a", "说行"))).answer == "行"
    assert bench.rows(FailureRow) == []


async def test_when_nothing_can_be_stored_it_raises(bench: Bench, echo: Echo) -> None:
    engine = bench.engine(echo)
    with bench.database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE message RENAME TO gone")
    try:
        with pytest.raises(Exception, match="message"):
            await engine.submit(bench.message("oa", "a", "说好"))
    finally:
        with bench.database.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO message")


# --- sellers ------------------------------------------------------------------------------------


async def test_a_command_in_the_middle_of_a_batch_sees_what_came_before(bench: Bench, brain: Brain) -> None:
    engine = bench.engine(brain)
    await together(
        engine,
        bench.message("sandbox", "alice", "面霜多少钱"),
        bench.message("sandbox", "seller", "标签 alice +老客"),
        bench.message("sandbox", "seller", "客户 alice"),
        bench.message("sandbox", "bob", "包邮吗"),
    )
    answers = answer_of(bench, "sandbox", "seller")
    assert "老客" in answers[-1]
    assert answer_of(bench, "sandbox", "bob") != []


async def test_who_is_no_seller_any_more_is_a_buyer(bench: Bench, brain: Brain, shop: Settings) -> None:
    """Their contact has been there without a customer; as a buyer they must be answered."""
    bench.contact("oa", "later-a-buyer")
    with bench.database.transaction() as connection:
        connection.execute(
            update(ContactRow).where(col(ContactRow.external_id) == "later-a-buyer").values(customer_id=None)
        )
    handled = await bench.engine(brain).submit(bench.message("oa", "later-a-buyer", "面霜多少钱"))
    assert handled.answer
    assert "129" in handled.answer


# --- pieces -------------------------------------------------------------------------------------


async def ring(bench: Bench, engine: Engine) -> int:
    """Ring every due timer."""
    now = bench.clock.now()
    due = await bench.database.write(lambda c: claim_timers(c, now, 200))
    await together(engine, *due)
    return len(due)


async def test_three_pieces_are_one_answer_after_the_silence(bench: Bench, brain: Brain) -> None:
    engine = bench.engine(brain)
    for text in ("在吗", "面霜", "洁面乳"):
        assert (await engine.submit(bench.message("oa", "a", text))).answer is None
        bench.hand.forward(seconds=1)
    assert await ring(bench, engine) == 0
    bench.hand.forward(seconds=1.1)
    assert await ring(bench, engine) == 1
    answers = answer_of(bench, "oa", "a")
    assert len(answers) == 1
    assert "面霜" in answers[0]
    assert bench.rows(TimerRow, rule="pieces") == []
    assert bench.rows(MessageRow, waiting=True) == []
    assert bench.outbox("oa", "a")[0].via == Via.API


async def test_a_timer_that_was_moved_meanwhile_does_not_ring_early(bench: Bench, brain: Brain) -> None:
    """Claimed, and before it is handled the buyer types on: the new due time counts."""
    engine = bench.engine(brain)
    await engine.submit(bench.message("oa", "a", "在吗"))
    now = bench.hand.forward(seconds=2.1)
    [claimed] = await bench.database.write(lambda c: claim_timers(c, now, 10))
    await together(engine, bench.message("oa", "a", "面霜"), claimed)
    assert answer_of(bench, "oa", "a") == []
    assert len(bench.rows(TimerRow)) == 1
    bench.hand.forward(seconds=2.1)
    assert await ring(bench, engine) == 1
    assert len(answer_of(bench, "oa", "a")) == 1


async def test_a_timer_that_took_over_the_number_of_a_done_one_is_not_lost(
    bench: Bench, brain: Brain
) -> None:
    """SQLite gives the id of a deleted last row again: an old bell must not end somebody else's timer."""
    engine = bench.engine(brain)
    await engine.submit(bench.message("oa", "a", "在吗"))
    now = bench.hand.forward(seconds=2.1)
    [claimed] = await bench.database.write(lambda c: claim_timers(c, now, 10))
    asked, other = bench.message("oa", "a", "我的快递到哪了"), bench.message("oa", "b", "在吗")
    await together(engine, asked, other, claimed)
    assert [t.customer_id for t in bench.rows(TimerRow, rule="pieces")] == [2]
    bench.hand.forward(seconds=2.1)
    await ring(bench, engine)
    assert len(answer_of(bench, "oa", "b")) == 1


async def test_poisonous_pieces_do_not_poison_what_follows(bench: Bench, echo: Echo) -> None:
    engine = bench.engine(echo)
    await engine.submit(bench.message("oa", "a", "在吗"))
    with bench.database.transaction() as connection:
        connection.execute(update(MessageRow).values(text="毒"))
    bench.hand.forward(seconds=3)
    await ring(bench, engine)
    assert bench.rows(TimerRow) == []
    assert bench.rows(MessageRow, waiting=True) == []
    assert len(bench.alerts()) == 1
    assert "毒" in bench.alerts()[0]


async def test_no_silence_where_the_account_may_not_send(bench: Bench, brain: Brain) -> None:
    """An account that the platform has taken the right from has only its passive answer left."""
    with bench.database.transaction() as connection:
        ensure_account(connection, "oa")
        until = bench.clock.now() + timedelta(days=1)
        connection.execute(update(AccountRow).values(api_disabled_until=until))
    engine = bench.engine(brain)
    assert (await engine.submit(bench.message("oa", "a", "在吗"))).answer
    assert (await engine.submit(bench.message("other", "a", "在吗"))).answer


async def test_a_timer_of_an_account_that_is_not_configured_any_more_is_done_with(
    bench: Bench, echo: Echo
) -> None:
    contact = bench.contact("closed", "a")
    assert contact.customer_id
    bench.write(StartTimer("say", contact.customer_id, "你好", bench.clock.now()))
    engine = bench.engine(echo)
    assert await ring(bench, engine) == 1
    assert bench.rows(TimerRow) == []


async def test_a_timer_of_somebody_without_a_contact_is_done_with(bench: Bench, echo: Echo) -> None:
    contact = bench.contact("oa", "a")
    assert contact.customer_id
    bench.write(StartTimer("say", contact.customer_id, "你好", bench.clock.now()))
    with bench.database.transaction() as connection:
        connection.execute(update(ContactRow).values(customer_id=None))
    assert await ring(bench, bench.engine(echo)) == 1
    assert bench.rows(TimerRow) == []


# --- only a passive answer ----------------------------------------------------------------------


async def test_a_long_answer_goes_over_several_messages(bench: Bench, echo: Echo, shop: Settings) -> None:
    engine = bench.engine(echo)
    long = "".join(f"第{n}句话。" for n in range(150))
    first = await engine.submit(bench.message("other", "a", "说" + long))
    assert first.answer
    assert first.answer.endswith(shop.texts.more)
    heard = [first.answer.removesuffix(shop.texts.more).strip()]
    again = await engine.submit(bench.message("other", "a", "说"))
    while again.answer:
        assert len(again.answer.encode()) <= PASSIVE_ONLY.text_bytes
        heard.append(again.answer.removesuffix(shop.texts.more).strip())
        again = await engine.submit(bench.message("other", "a", "说"))
    assert "".join("".join(heard).split()) == long
    assert bench.platforms["other"].tried == []


async def test_what_waited_rides_on_the_next_answer_once(bench: Bench, echo: Echo) -> None:
    contact = bench.contact("other", "a")
    waiting = bench.planned(contact, "你的包裹到了", status=Status.PARKED, waited=True)
    engine = bench.engine(echo)
    event = bench.message("other", "a", "说好")
    handled = await engine.submit(event)
    assert handled.answer == "好\n\n你的包裹到了"
    assert bench.status(waiting) == Status.SENDING
    assert handled.message_row
    engine.delivered(handled.message_row)
    await engine.drain()
    assert {r.status for r in bench.outbox("other", "a")} == {Status.SENT}
    assert (await engine.submit(event)).answer == handled.answer
    assert (await engine.submit(bench.message("other", "a", "说行"))).answer == "行"


async def test_what_has_expired_does_not_ride(bench: Bench, echo: Echo) -> None:
    contact = bench.contact("other", "a")
    late = bench.planned(contact, "昨天的活动", status=Status.PARKED, expires_at=bench.clock.now())
    handled = await bench.engine(echo).submit(bench.message("other", "a", "说好"))
    assert handled.answer == "好"
    assert bench.status(late) == Status.DROPPED


async def test_an_offer_does_not_ride_on_the_answer_to_an_opt_out(bench: Bench, brain: Brain) -> None:
    contact = bench.contact("other", "a")
    offer = bench.planned(contact, "新品上架", status=Status.PARKED, kind=Kind.PROMO)
    engine = bench.engine(brain)
    handled = await engine.submit(bench.message("other", "a", "退订"))
    assert handled.answer
    assert "新品" not in handled.answer
    later = await engine.submit(bench.message("other", "a", "面霜多少钱"))
    assert later.answer
    assert "新品" not in later.answer
    await bench.deliver()
    assert bench.status(offer) == Status.DROPPED


async def test_an_offer_rides_for_who_may_have_it(bench: Bench, echo: Echo) -> None:
    contact = bench.contact("other", "a")
    bench.planned(contact, "新品上架", status=Status.PARKED, kind=Kind.PROMO)
    assert (await bench.engine(echo).submit(bench.message("other", "a", "说好"))).answer == "好\n\n新品上架"


@pytest.mark.parametrize(
    "happening",
    [Happening.UNSUBSCRIBE, Happening.DELIVERY, Happening.CONSENT, Happening.PRIVACY_REVOKED],
)
async def test_nothing_rides_on_what_the_platform_reports(
    bench: Bench, brain: Brain, happening: Happening
) -> None:
    """Nobody reads the answer to a report; what waits goes on waiting, and is not called sent."""
    contact = bench.contact("other", "a")
    bench.planned(contact, "你的包裹到了", status=Status.PARKED)
    event = BuyerEvent("other", "a", "e1", bench.clock.now(), happening)
    assert (await bench.engine(brain).submit(event)).answer is None
    assert bench.outbox("other", "a")[0].status in (Status.PARKED, Status.DROPPED)


async def test_a_message_releases_what_waited_on_an_account_that_may_send(bench: Bench, echo: Echo) -> None:
    contact = bench.contact("oa", "a")
    bench.planned(contact, "你的包裹到了", status=Status.PARKED)
    engine = bench.engine(echo)
    handled = await engine.submit(bench.message("oa", "a", "说好"))
    assert handled.answer == "好"
    await bench.deliver()
    assert bench.platforms["oa"].texts == ["你的包裹到了"]


async def test_an_answer_in_parts_keeps_its_order(bench: Bench, echo: Echo) -> None:
    """The first part rides on the HTTP answer; the rest waits until that is written out."""
    engine = bench.engine(echo)
    long = "".join(f"第{n}句话。" for n in range(100))
    handled = await engine.submit(bench.message("oa", "a", "说" + long))
    await bench.deliver()
    assert bench.platforms["oa"].texts == []
    assert handled.message_row
    engine.delivered(handled.message_row)
    await engine.drain()
    await bench.deliver()
    assert handled.answer
    assert handled.answer + "".join(bench.platforms["oa"].texts) == long


async def test_an_answer_nobody_took_is_unknown_and_told_once(bench: Bench, echo: Echo) -> None:
    engine = bench.engine(echo)
    handled = await engine.submit(bench.message("oa", "a", "说好"))
    bench.hand.forward(seconds=31)
    await bench.sender.recover(started=False)
    await bench.sender.recover(started=False)
    assert [r.status for r in bench.outbox("oa", "a")] == [Status.UNKNOWN]
    assert len(bench.alerts()) == 1
    assert handled.message_row
    engine.delivered(handled.message_row)
    await engine.drain()
    assert [r.status for r in bench.outbox("oa", "a")] == [Status.SENT]


async def test_a_push_and_its_key_are_one_row_in_however_many_batches(bench: Bench) -> None:
    contact = bench.contact("oa", "a")
    assert contact.customer_id
    push = Push(contact.customer_id, "生日快乐", Kind.CARE, key="birthday:2026")
    bench.write(push, push)
    bench.write(push)
    assert len(bench.outbox("oa", "a")) == 1


async def test_what_a_batch_costs_does_not_grow_with_its_people(bench: Bench, echo: Echo) -> None:
    """A few IN queries, whatever the batch's size (DESIGN §3.2)."""
    counted: list[int] = []
    for people in (10, 100):
        with bench.database.transaction() as connection:
            before = connection.scalar(select(func.count()).select_from(TagRow))
        assert before == 0
        statements = await _statements(bench, echo, people)
        counted.append(statements)
    assert counted[1] <= counted[0] + 2


async def _statements(bench: Bench, echo: Echo, people: int) -> int:
    from sqlalchemy import event as listening

    engine = bench.engine(echo)
    seen: list[str] = []

    def note(_c: Connection, _cur: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    writer = bench.database._writer
    listening.listen(writer, "before_cursor_execute", note)
    try:
        await together(engine, *(bench.message("oa", f"x{people}-{n}", "说好") for n in range(people)))
    finally:
        listening.remove(writer, "before_cursor_execute", note)
    return len(seen)


# --- learning from the seller -------------------------------------------------------------------

ITCHES = "擦了两次脸上一直红红的还有点痒呀"


def reading_of(bench: Bench, text: str) -> list[tuple[str, str]]:
    """How messages with this text were read: intent, and what decided."""
    return [(r.intent, r.because) for r in bench.rows(MessageRow, text=text)]


async def test_how_a_message_was_read_is_kept_with_it(bench: Bench, shop: Settings) -> None:
    engine = bench.engine(Brain(shop, Reader(shop)))
    events = [bench.message("sandbox", "a", "转人工"), bench.message("sandbox", "b", "谢谢")]
    picture = BuyerMessage("sandbox", "c", "picture", bench.clock.now(), kind=MessageKind.IMAGE)
    await together(engine, *events, picture, bench.message("sandbox", "seller", "帮助"))
    assert [r.intent for r in bench.rows(MessageRow)] == ["human", "praise", "", ""]
    [row] = bench.rows(MessageRow, text="转人工")
    assert (row.certainty, row.complaint, row.joined) == (1.0, 0.0, "")
    assert row.because


async def test_pieces_are_kept_as_they_were_read_together(bench: Bench, brain: Brain) -> None:
    engine = bench.engine(brain)
    for text in ("在吗", "面霜"):
        await engine.submit(bench.message("oa", "a", text))
    assert [(r.text, r.joined) for r in bench.rows(MessageRow)] == [("在吗", ""), ("面霜", "在吗\n面霜")]


async def test_a_correction_counts_at_once_and_after_a_restart(bench: Bench, shop: Settings) -> None:
    engine = bench.engine(Brain(shop, Reader(shop)))
    await engine.submit(bench.message("sandbox", "alice", ITCHES))
    await engine.submit(bench.message("sandbox", "seller", "标错 alice 投诉"))
    nearly, other = ITCHES.replace("两次", "三次"), "你们周末也发货的吧"
    await together(
        engine,
        bench.message("sandbox", "bob", ITCHES),
        bench.message("sandbox", "carl", nearly),
        bench.message("sandbox", "dora", other),
    )
    assert [intent for intent, _ in reading_of(bench, ITCHES)] == ["complaint", "complaint"]
    assert [intent for intent, _ in reading_of(bench, nearly)] == ["complaint"]
    assert [intent for intent, _ in reading_of(bench, other)] != ["complaint"]

    with bench.database.transaction() as connection:
        kept = from_rows(load.shop_examples(connection))
    later = bench.engine(Brain(shop, Reader(shop, kept)))
    await later.submit(bench.message("sandbox", "erik", f"{nearly}！！"))
    [(intent, because)] = reading_of(bench, f"{nearly}！！")
    assert intent == "complaint"
    assert ITCHES in because


async def test_an_alert_is_answered_with_the_right_word(bench: Bench, shop: Settings) -> None:
    engine = bench.engine(Brain(shop, Reader(shop)))
    await engine.submit(bench.message("sandbox", "alice", ITCHES))
    assert "是投诉" in bench.alerts()[-1]
    await engine.submit(bench.message("sandbox", "seller", "是投诉"))
    assert answer_of(bench, "sandbox", "seller")[-1].startswith(f"记下了：alice“{ITCHES}”是 投诉")
    await engine.submit(bench.message("sandbox", "bob", ITCHES))
    assert [intent for intent, _ in reading_of(bench, ITCHES)] == ["complaint", "complaint"]


async def test_nothing_is_learned_that_is_not_written(
    bench: Bench, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    brain = Brain(shop, Reader(shop))
    engine, learned = bench.engine(brain), []
    monkeypatch.setattr(brain, "learn", learned.append)
    await engine.submit(bench.message("sandbox", "alice", ITCHES))
    write = bench.database.write

    async def fails_at_the_end(work: Any) -> Any:
        def then_fail(connection: Connection) -> Any:
            work(connection)
            raise RuntimeError("no commit")

        return await write(then_fail)

    monkeypatch.setattr(bench.database, "write", fails_at_the_end)
    with pytest.raises(RuntimeError):
        await engine.submit(bench.message("sandbox", "seller", "标错 alice 投诉", "same"))
    assert learned == []
    monkeypatch.setattr(bench.database, "write", write)
    await engine.submit(bench.message("sandbox", "seller", "标错 alice 投诉", "same"))
    await engine.submit(bench.message("sandbox", "seller", "标错 alice 投诉", "same"))
    assert [(e.text, e.intent) for e in learned] == [(ITCHES, "complaint")]
