"""Sellers are told things once a person, where they can be reached; an answer goes before what waited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.core.decision import Answer, Decision
from bot.core.delivery import AccountState, Capability, Contact, Status, Via, Window
from bot.core.effects import NotifySeller
from bot.core.events import SellerMessage
from bot.reaching import nearest
from storage.db import Database
from storage.load import contacts_with_ids
from storage.queries.alerts import told
from storage.write import write_decisions
from tests.bench import NINE, Bench
from tests.fakes.platform import Platform

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CAN = {
    "phone": Capability(message_window=Window(3, DAY), text_bytes=60),
    "qq": Capability(),
    "silent": Capability(passive=True, api=False),
}
WHO = (("phone", "me"), ("qq", "10001"))


@pytest.fixture
def bench(sqlite_url: str) -> Iterator[Bench]:
    """One seller with two identities: `phone`, which has a window, and `qq`, which has none."""
    database = Database(sqlite_url)
    yield a_bench(database, "phone", "qq")
    database.close()


def a_bench(database: Database, *accounts: str) -> Bench:
    places = tuple((account, dict(WHO)[account]) for account in accounts)
    bench = Bench(database, {name: Platform(CAN[name]) for name in accounts}, sellers=places)
    ids = tuple(contact.id for contact in bench.around.sellers)
    first = bench.around.sellers[:1]
    bench.around = replace(
        bench.around,
        sellers=first,
        identities=dict.fromkeys(ids, ids),
        nearest=partial(nearest, CAN),
    )
    bench.sender = bench.another_sender()
    return bench


def says(bench: Bench, account: str, *answers: str) -> None:
    """The seller types there, and is answered."""
    event = SellerMessage(account, dict(WHO)[account], f"m{next(bench.numbers)}", NINE, text="今日")
    rows = tuple(Answer(text, Via.API, Status.PLANNED) for text in answers)
    with bench.database.transaction() as connection:
        known = contacts_with_ids(connection, list(bench.around.identities))
        here = next(contact for contact in known if contact.account == account)
        write_decisions(connection, [Decision(event, here, (), None, rows)], NINE, bench.around)


async def test_the_answer_goes_first_and_what_waited_in_one_message(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    bench = a_bench(database, "phone")
    for number in range(4):
        bench.write(NotifySeller(f"提醒{number}", key=f"k{number}"))
    await bench.deliver()
    assert {r.status for r in bench.outbox("phone", "me")} == {Status.PARKED}
    says(bench, "phone", "今天没有要办的")
    await bench.deliver()
    assert bench.platforms["phone"].texts == ["今天没有要办的", "提醒0\n\n提醒1\n\n提醒2\n\n提醒3"]
    bench.write(NotifySeller("提醒0", key="k0"))
    await bench.deliver()
    assert len(bench.platforms["phone"].texts) == 2  # told is told, in whoever's row it went
    with database.transaction() as connection:
        assert [a.key for a in told(connection, [WHO[0]], NINE, 9)] == [f"k{n}@1" for n in (3, 2, 1, 0)]
    database.close()


async def test_what_does_not_fit_into_one_message_is_two(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    bench = a_bench(database, "phone")
    for letter in "甲乙丙":
        bench.write(NotifySeller(letter * 9))  # 27 bytes; 60 carry two
    await bench.deliver()
    says(bench, "phone", "好")
    await bench.deliver()
    assert bench.platforms["phone"].texts == ["好", "甲" * 9 + "\n\n" + "乙" * 9, "丙" * 9]
    database.close()


async def test_an_alert_goes_to_one_place_and_that_is_open(bench: Bench) -> None:
    bench.write(NotifySeller("窗口没开", key="a"))
    says(bench, "phone", "好")
    bench.write(NotifySeller("窗口开着", key="b"))
    bench.write(NotifySeller("还有一条", key="c"))
    bench.write(NotifySeller("满了", key="d"))
    bench.write(NotifySeller("窗口没开", key="a"))
    await bench.deliver()
    assert bench.platforms["phone"].texts == ["好", "窗口开着", "还有一条"]
    assert bench.platforms["qq"].texts == ["窗口没开", "满了"]


async def test_what_waits_elsewhere_comes_where_the_seller_speaks(bench: Bench) -> None:
    bench.planned(bench.around.sellers[0], "排着的提醒", kind="alert", status=Status.PARKED, waited=True)
    bench.planned(bench.around.sellers[0], "长" * 40, kind="relay", status=Status.PARKED)
    says(bench, "qq", "好")
    await bench.deliver()
    assert bench.platforms["qq"].texts == ["好", "排着的提醒"]
    assert bench.platforms["phone"].tried == []


def test_the_first_that_is_open_else_that_only_waits_else_the_first() -> None:
    def at(account: str, **fields: object) -> Contact:
        return replace(Contact(1, account, "x"), **fields)

    def chosen(*contacts: Contact, **states: AccountState) -> str:
        return nearest(CAN, contacts, states, NINE).account

    spoke = at("phone", message_at=NINE - HOUR)
    stopped = AccountState("qq", NINE + HOUR, "停着")
    assert chosen(spoke, at("qq")) == "phone"
    assert chosen(at("phone"), at("qq")) == "qq"
    assert chosen(replace(spoke, message_sent=3), at("qq")) == "qq"
    assert chosen(at("phone"), at("qq"), qq=stopped) == "qq"
    assert chosen(at("silent"), at("phone")) == "silent"
    assert chosen(at("gone"), at("silent")) == "silent"
