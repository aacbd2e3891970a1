"""Two people on record become one, and two again: nothing is lost, nothing is left over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel, col

from bot.core.complaint import RemedyKind, Step
from bot.core.customer import OrderItem, TagSource
from bot.core.delivery import Kind
from bot.core.effects import (
    AddTag,
    AskedSeller,
    Audit,
    BuyerAnswered,
    CloseConsultations,
    Effect,
    EnterPoints,
    ErasePerson,
    KnowIdentity,
    Known,
    LookAlike,
    MakePromise,
    MergeCustomers,
    OpenComplaint,
    OpenConsultation,
    PromiseRemedy,
    RecordOrder,
    Refer,
    RemoveTag,
    SetFields,
    SplitCustomers,
    StartTimer,
)
from storage import load
from storage.db import Database
from storage.rows import (
    BuyerQuestionRow,
    ComplaintRow,
    ContactRow,
    CustomerRow,
    IdentityRow,
    MergeRow,
    MessageRow,
    OrderRow,
    OutboxRow,
    ProductVoteRow,
    ReferralRow,
    StageMoveRow,
    TagRow,
    TimerRow,
    ValueRow,
)
from storage.writers import Origin, Surroundings, write_effects
from storage.writers.belongings import belongings
from storage.writers.one_profile import one_of

NINE = datetime.fromisoformat("2026-11-21T09:00:00+08:00")
BOT, SELLER = TagSource.BOT, TagSource.SELLER
NOBODYS = {("merge", "kept_id"), ("merge", "gone_id")}
"""The record of the merging itself."""


class Taken(Exception):
    """Ends a transaction of which nothing is to be left."""


class World:
    """Some people with one account each, all in one transaction."""

    def __init__(self, connection: Connection, people: int = 3) -> None:
        self.connection, self.now = connection, NINE
        made = []
        for n in range(people):
            contact = load.ensure_contacts(connection, [("sandbox", f"p{n}")], [], self.now)
            made.append(contact["sandbox", f"p{n}"])
            self.now += timedelta(hours=1)
        self.contacts = made
        self.people = [c.customer_id or 0 for c in made]

    def write(self, *effects: Effect, message: int | None = None) -> None:
        origin = Origin(self.now, message, Surroundings(sellers=(self.contacts[0],)))
        write_effects(self.connection, [(origin, effect) for effect in effects])

    def says(self, n: int, text: str, *, waiting: bool = False) -> int:
        """A stored message of this person's account."""
        contact = self.contacts[n]
        whose = self.connection.scalar(
            select(col(ContactRow.customer_id)).where(col(ContactRow.id) == contact.id)
        )
        row = {"account": "sandbox", "contact_id": contact.id, "customer_id": whose, "kind": "text"}
        number = len(self.rows(MessageRow))
        row |= {"message_id": f"m{number}", "text": text, "at": self.now, "received_at": self.now}
        made = insert(MessageRow).values(row | {"waiting": waiting}).returning(col(MessageRow.id))
        return int(self.connection.execute(made).scalar_one())

    def merge(self, one: int = 0, other: int = 1) -> None:
        self.write(MergeCustomers(self.people[one], self.people[other], "老板", "同一个人"))

    def split(self, one: int = 0) -> None:
        self.write(SplitCustomers(self.people[one], "老板"))

    def rows(self, row: type[SQLModel], **where: Any) -> list[Any]:
        columns = row.__table__  # type: ignore[attr-defined]
        asked = select(columns).order_by(*columns.primary_key.columns)
        for name, value in where.items():
            asked = asked.where(columns.c[name] == value)
        return list(self.connection.execute(asked))

    def person(self, n: int) -> Any:
        return self.rows(CustomerRow, id=self.people[n])[0]

    def dump(self) -> dict[str, list[str]]:
        """Everything but the record of the merging itself."""
        tables = {name: t for name, t in SQLModel.metadata.tables.items() if name != "merge"}
        return {
            name: sorted(repr(dict(row._mapping)) for row in self.connection.execute(select(t)))
            for name, t in tables.items()
        }

    def belonging_to(self, n: int) -> set[str]:
        """The tables that still name this person."""
        found = set()
        for name, column in belongings():
            rows = SQLModel.metadata.tables[name]
            where = rows.c[column] == self.people[n]
            if self.connection.execute(select(rows).where(where)).first():
                found.add(name)
        return found


@contextmanager
def world(database: Database, people: int = 3) -> Iterator[World]:
    try:
        with database.transaction() as connection:
            yield World(connection, people)
            raise Taken
    except Taken:
        pass


@pytest.fixture
def here(database: Database) -> Iterator[World]:
    with world(database) as made:
        yield made


# --- the list -----------------------------------------------------------------------------------


def test_every_column_that_names_a_customer_follows_its_person() -> None:
    """A new table cannot be forgotten: add it to `storage.writers.belongings.OF_A_PERSON`."""
    named = {
        (name, column.name)
        for name, rows in SQLModel.metadata.tables.items()
        for column in rows.columns
        if column.name == "customer_id" or any(k.column.table.name == "customer" for k in column.foreign_keys)
    }
    assert named - NOBODYS == set(belongings())


# --- there and back, whatever has happened ----------------------------------------------------------

_who = st.integers(0, 2)
_word = st.sampled_from(["甲", "乙", "丙"])


def _complains(w: World, n: int, word: str) -> None:
    fields = {
        "step": Step.LISTEN,
        "opened_at": w.now,
        "entered_at": w.now,
        "due_at": w.now + timedelta(hours=1),
    }
    message = w.says(n, word)
    w.write(OpenComplaint(_now(w, n), "买家", word, fields), message=message)
    number = w.rows(ComplaintRow)[-1].id
    w.write(PromiseRemedy(number, _now(w, n), RemedyKind.RESEND, word, w.now))


def _now(w: World, n: int) -> int:
    """Who this person is now."""
    return load.living(w.connection, [w.people[n]])[w.people[n]]


def _orders(w: World, n: int, word: str) -> None:
    number = f"{word}{len(w.rows(OrderRow))}"
    w.write(RecordOrder(_now(w, n), number, (OrderItem(word, 1, Decimal("12.50")),)))
    w.write(CloseConsultations(_now(w, n), "ordered", number))


def _worth(w: World, n: int, word: str) -> None:
    me = _now(w, n)
    for row in (ValueRow, ProductVoteRow):
        w.connection.execute(row.__table__.delete().where(row.__table__.c.customer_id == me))  # type: ignore[attr-defined]
    w.connection.execute(insert(ValueRow).values(customer_id=me, valued_at=w.now, spent=Decimal("1.25")))
    w.connection.execute(insert(ProductVoteRow).values(product=word, customer_id=me, days=30.5))
    move = {"day": w.now.date(), "at": w.now, "before": "潜客", "after": "新客", "customer_id": me}
    w.connection.execute(insert(StageMoveRow).values(move))


def _field(w: World, n: int, word: str) -> None:
    found = {"name": {"value": word, "at": w.now.isoformat()}}
    w.write(SetFields(_now(w, n), {"name": word, "phone": f"1380000000{n}", "found": found, "note": word}))


def _asks(w: World, n: int, word: str) -> None:
    message = w.says(n, word)
    w.write(AskedSeller(_now(w, n), "紧急", word, w.now + timedelta(hours=2)), message=message)


def _promised(w: World, n: int, word: str) -> None:
    w.write(MakePromise(_now(w, n), "答复", word, "老板", w.now, w.now))


def _timer(w: World, n: int, word: str) -> None:
    w.write(StartTimer("r", _now(w, n), word, w.now + timedelta(hours=n), {"x": [word]}))


def _brought(w: World, n: int, word: str) -> None:
    w.write(Refer(_now(w, n), _now(w, (n + len(word) + 1) % 3), "店主", word))


def _columns(w: World, n: int, word: str) -> None:
    """The seller's own columns, as an import writes them: some of the names are everybody's."""
    own = json.loads(w.rows(CustomerRow, id=_now(w, n))[0].extra or "{}")
    own |= {word: f"{word}{n}", "肤质": "" if word == "丙" else f"皮{n}"}
    w.write(SetFields(_now(w, n), {"extra": json.dumps(own, ensure_ascii=False)}))


HAPPENINGS: dict[str, Callable[[World, int, str], None]] = {
    "tag": lambda w, n, word: w.write(AddTag(_now(w, n), word, SELLER if n else BOT, word)),
    "untag": lambda w, n, word: w.write(RemoveTag(_now(w, n), word)),
    "field": _field,
    "consultation": lambda w, n, word: w.write(OpenConsultation(_now(w, n), word, word, Decimal(n))),
    "order": _orders,
    "complaint": _complains,
    "asked": _asks,
    "answered": lambda w, n, word: w.write(BuyerAnswered(_now(w, n), "老板")),
    "promise": _promised,
    "timer": _timer,
    "points": lambda w, n, word: w.write(EnterPoints(_now(w, n), 5, word, "老板")),
    "worth": _worth,
    "known": lambda w, n, word: w.write(KnowIdentity(_now(w, n), Known.PHONE, word)),
    "brought": _brought,
    "opted out": lambda w, n, word: w.write(SetFields(_now(w, n), {"opted_out_at": w.now})),
    "stopped": lambda w, n, word: w.write(SetFields(_now(w, n), {"stopped_at": w.now})),
    "message": lambda w, n, word: w.says(n, word) and None,
    "columns": _columns,
    "audit": lambda w, n, word: w.write(Audit("老板", word, "", _now(w, n))),
}
histories = st.lists(st.tuples(st.sampled_from(sorted(HAPPENINGS)), _who, _word), max_size=25)
slow = hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def live(w: World, history: list[tuple[str, int, str]]) -> None:
    for what, n, word in history:
        HAPPENINGS[what](w, n, word)
        w.now += timedelta(minutes=10)


@slow
@given(history=histories)
def test_merged_and_split_is_as_it_was(database: Database, history: list[tuple[str, int, str]]) -> None:
    with world(database) as w:
        live(w, history)
        before = w.dump()
        w.merge()
        assert w.belonging_to(1) == set()
        w.split()
        assert w.dump() == before


@slow
@given(history=histories)
def test_three_in_one_come_apart_again(database: Database, history: list[tuple[str, int, str]]) -> None:
    with world(database) as w:
        live(w, history)
        dumps = [w.dump()]
        w.merge(1, 2)
        dumps.append(w.dump())
        w.merge(0, 1)
        assert _now(w, 2) == w.people[0]
        w.split(2)
        assert w.dump() == dumps.pop()
        w.split(1)
        assert w.dump() == dumps.pop()


@slow
@given(before=histories, after=histories)
def test_nothing_is_lost_whatever_happens_in_between(
    database: Database, before: list[tuple[str, int, str]], after: list[tuple[str, int, str]]
) -> None:
    """Every message, order, complaint and ledger line is still there and somebody's; each is whole."""
    kept = ("message", "shop_order", "complaint", "remedy", "promise", "points", "stage_move", "contact")

    def counted(w: World) -> dict[str, int]:
        return {name: len(rows) for name, rows in w.dump().items() if name in kept}

    with world(database) as w:
        live(w, before)
        accounts = w.rows(ContactRow)
        w.merge()
        live(w, after)
        there = counted(w)
        w.split()
        assert counted(w) == there
        assert w.rows(ContactRow) == accounts
        for message in w.rows(MessageRow):
            assert message.customer_id == w.rows(ContactRow, id=message.contact_id)[0].customer_id
        owners = {c.id: c.customer_id for c in w.rows(ComplaintRow)}
        bells = {(t.rule, t.occasion): t.customer_id for t in w.rows(TimerRow) if t.rule == "complaint"}
        assert bells == {("complaint", str(id_)): owner for id_, owner in owners.items()}
        ends = [row.merged_into for row in w.rows(CustomerRow)]
        assert ends == [None, None, None]


own_columns = st.dictionaries(
    st.sampled_from(["甲", "乙", "丙"]), st.sampled_from(["", "一", "二"]), max_size=3
)


@given(elder=own_columns, younger=own_columns)
def test_the_sellers_own_columns_of_both(elder: dict[str, str], younger: dict[str, str]) -> None:
    """The elder's value where there is one, and no column of either is lost."""
    person = {"name": "", "found": {}, "facts": {}, "note": "", "stage": "", "phone": "", "nickname": ""}
    person |= dict.fromkeys(("address", "birthday", "taken_over_by"), "")
    person |= dict.fromkeys(("first_seen_at", "greeted_at", "opted_out_at", "stopped_at", "red_line_at"))
    person |= dict.fromkeys(("asked_seller_at", "taken_over_until"))
    both = [person | {"extra": json.dumps(own) if own else ""} for own in (elder, younger)]
    joined = json.loads(one_of(*both)["extra"] or "{}")
    assert joined == {n: elder.get(n) or younger.get(n, "") for n in elder | younger}


# --- what holds for one person --------------------------------------------------------------------


@pytest.mark.parametrize("wish", ["opted_out_at", "stopped_at", "red_line_at"])
@pytest.mark.parametrize("whose", [0, 1])
def test_the_stricter_holds(here: World, wish: str, whose: int) -> None:
    here.write(SetFields(here.people[whose], {wish: NINE}))
    here.merge()
    assert getattr(here.person(0), wish) == NINE
    here.split()
    assert getattr(here.person(whose), wish) == NINE
    assert getattr(here.person(1 - whose), wish) is None


def test_a_wish_said_since_holds_for_both_afterwards(here: World) -> None:
    here.merge()
    here.write(SetFields(here.people[0], {"opted_out_at": NINE}))
    here.split()
    assert [here.person(n).opted_out_at for n in (0, 1)] == [NINE, NINE]


def test_whoever_has_the_conversation_the_longest_keeps_it(here: World) -> None:
    for n, hours in ((0, 5), (1, 9)):
        until = NINE + timedelta(hours=hours)
        here.write(SetFields(here.people[n], {"taken_over_by": f"帮手{n}", "taken_over_until": until}))
    here.merge()
    one = here.person(0)
    assert (one.taken_over_by, one.taken_over_until) == ("帮手1", NINE + timedelta(hours=9))


@pytest.mark.parametrize(
    ("elder", "younger", "name"),
    [
        (("小丽", False), ("李丽", True), "小丽"),  # the seller's word before the bot's
        (("小丽", True), ("李丽", False), "李丽"),
        (("小丽", True), ("李丽", True), "李丽"),  # the newer before the older
        (("小丽", False), ("李丽", False), "小丽"),  # of equal ones the elder's
        (("", False), ("李丽", True), "李丽"),
        (("小丽", True), ("", False), "小丽"),
    ],
)
def test_the_profile_is_the_sellers_word_then_the_newer_then_the_elders(
    here: World, elder: tuple[str, bool], younger: tuple[str, bool], name: str
) -> None:
    for n, (value, by_bot) in enumerate((elder, younger)):
        found = {"name": {"value": value, "at": f"2026-11-{20 + n}"}} if by_bot else {}
        here.write(SetFields(here.people[n], {"name": value, "found": found}))
    here.merge()
    assert here.person(0).name == name
    other = {elder[0], younger[0]} - {name, ""}
    assert {row.value for row in here.rows(IdentityRow, kind="name")} == other
    assert here.person(1).name == ""


def test_the_elders_words_stay_and_empty_ones_are_filled(here: World) -> None:
    elder = {"name": "李明", "phone": "13800000001", "address": "杭州市西湖区文三路1号"}
    younger = {"name": "吴强", "phone": "13900000002", "address": "上海市静安区南京西路2号"}
    filling = {"nickname": "tb_ming", "birthday": "11-21"}
    here.write(SetFields(here.people[0], elder), SetFields(here.people[1], younger | filling))
    before = here.dump()
    here.merge(1, 0)
    one = here.person(0)._mapping
    assert {name: one[name] for name in elder | filling} == elder | filling
    known = {(row.kind, row.value) for row in here.rows(IdentityRow, customer_id=here.people[0])}
    assert known == {(Known.NAME, "吴强"), (Known.PHONE, "13900000002")}
    here.split()
    assert here.dump() == before


def test_notes_are_joined_and_what_was_added_stays_with_the_elder(here: World) -> None:
    here.write(
        SetFields(here.people[0], {"note": "怕痒"}), SetFields(here.people[1], {"note": "要顺丰\n怕痒"})
    )
    here.merge()
    assert here.person(0).note == "怕痒\n要顺丰"
    here.write(SetFields(here.people[0], {"note": "怕痒\n要顺丰\n爱送礼"}))
    here.split()
    assert [here.person(n).note for n in (0, 1)] == ["怕痒\n爱送礼", "要顺丰\n怕痒"]


def test_the_elder_is_who_was_seen_first_whoever_is_named_first(here: World) -> None:
    here.merge(1, 0)
    assert here.person(1).merged_into == here.people[0]
    assert here.person(0).merged_into is None


def test_a_tag_of_both_counts_together_and_what_came_since_stays(here: World) -> None:
    one, other = here.people[:2]
    here.write(AddTag(one, "油皮", BOT, "我油皮"), AddTag(one, "油皮", BOT, "我油皮"))
    here.write(AddTag(other, "油皮", SELLER, "店主写的"))
    here.merge()
    here.write(AddTag(one, "油皮", BOT, "还是油"))
    [tag] = here.rows(TagRow)
    assert (tag.times, tag.source, tag.words) == (4, SELLER, "店主写的")
    here.split()
    assert [(t.customer_id, t.times, t.source) for t in here.rows(TagRow)] == [
        (one, 3, BOT),
        (other, 1, SELLER),
    ]


def test_one_open_question_is_answered_for_both(here: World) -> None:
    for n in (0, 1):
        _asks(here, n, "在吗")
    here.merge()
    assert [q.answered_at for q in here.rows(BuyerQuestionRow)] == [None]
    here.write(BuyerAnswered(here.people[0], "老板"))
    here.split()
    assert [q.answered_by for q in here.rows(BuyerQuestionRow)] == ["老板", "老板"]
    waits = [t for t in here.rows(TimerRow, rule="question") if t.customer_id == here.people[0]]
    assert waits == []


def test_what_the_other_account_says_afterwards_goes_back_with_it(here: World) -> None:
    here.merge()
    _complains(here, 1, "碎了")
    _complains(here, 0, "漏了")
    _asks(here, 1, "在吗")
    here.split()
    [broken, leaking] = here.rows(ComplaintRow)
    assert (broken.customer_id, leaking.customer_id) == (here.people[1], here.people[0])
    assert [q.customer_id for q in here.rows(BuyerQuestionRow)] == [here.people[1]]
    assert {t.customer_id for t in here.rows(TimerRow, rule="question")} == {here.people[1]}


def test_nobody_brings_themselves(here: World) -> None:
    """0 brought 1, 1 brought 2; 0 and 2 are one: who came first was brought by nobody."""
    here.write(Refer(here.people[1], here.people[0], "店主"))
    here.write(Refer(here.people[2], here.people[1], "店主"))
    before = here.dump()
    here.merge(0, 2)
    assert [(r.customer_id, r.by_id) for r in here.rows(ReferralRow)] == [(here.people[1], here.people[0])]
    here.split()
    assert here.dump() == before
    here.merge(0, 1)
    assert [(r.customer_id, r.by_id) for r in here.rows(ReferralRow)] == [(here.people[2], here.people[0])]


# --- finding and asking ---------------------------------------------------------------------------


def test_the_snapshot_of_who_is_gone_is_the_persons(here: World) -> None:
    here.merge(1, 2)
    here.merge(0, 1)
    found = load.snapshots(here.connection, here.people)
    assert {id_: one.id for id_, one in found.items()} == dict.fromkeys(here.people, here.people[0])


def test_merging_somebody_with_themselves_or_twice_does_nothing(here: World) -> None:
    here.merge()
    before = here.dump()
    here.merge()
    here.write(MergeCustomers(here.people[0], here.people[0], "老板"))
    assert here.dump() == before
    assert len(here.rows(MergeRow)) == 1


def test_who_was_never_merged_is_not_split(here: World) -> None:
    before = here.dump()
    here.split()
    assert here.dump() == before


def alike(here: World, people: int = 2) -> None:
    for n in range(people):
        here.write(SetFields(here.people[n], {"name": "李丽", "address": "杭州市西湖区文三路1号"}))


def alerts(here: World) -> list[str]:
    return [row.text for row in here.rows(OutboxRow, kind=Kind.ALERT)]


def test_the_same_name_and_address_is_asked_about_once(here: World) -> None:
    alike(here)
    here.write(LookAlike(here.people[1]))
    here.write(LookAlike(here.people[0]))
    [text] = alerts(here)
    assert f"合并 #{here.people[0]} #{here.people[1]}" in text


@pytest.mark.parametrize("field", ["name", "address"])
def test_a_name_or_an_address_alone_is_nothing(here: World, field: str) -> None:
    alike(here)
    here.write(SetFields(here.people[1], {field: "别的"}), LookAlike(here.people[1]))
    here.write(SetFields(here.people[0], {field: ""}), SetFields(here.people[1], {field: ""}))
    here.write(LookAlike(here.people[1]))
    assert alerts(here) == []


def test_who_was_taken_apart_is_not_asked_about_again(here: World) -> None:
    here.merge()
    here.split()
    alike(here)
    here.write(LookAlike(here.people[1]))
    assert alerts(here) == []


def test_an_erased_person_leaves_nothing_in_the_records_of_merging(here: World) -> None:
    secret = "秘密"
    for n in (0, 1, 2):
        here.write(SetFields(here.people[n], {"name": secret + str(n), "note": secret}))
        here.write(
            AddTag(here.people[n], "油皮", BOT, secret), KnowIdentity(here.people[n], Known.PHONE, secret)
        )
    here.merge(1, 2)
    here.merge(0, 1)
    here.write(ErasePerson(here.people[0]))
    left = here.dump() | {"merge": [repr(row) for row in here.rows(MergeRow)]}
    assert [name for name, rows in left.items() if any(secret in row for row in rows)] == []
    before = here.dump()
    here.split()
    assert here.dump() == before
