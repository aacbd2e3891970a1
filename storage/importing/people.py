"""Who the buyers of a chunk are: everybody they may be is loaded with a few queries, then asked in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from storage.importing.aliases import About, Alias, aliases_of, people_with, row_alias
from storage.importing.bulk import among
from storage.importing.own_columns import loaded
from storage.importing.person import FIRST_STAGE, Person, level, normal_phone
from storage.load import contacts_of, lock_people
from storage.rows import ContactRow, CustomerRow, TagRow, ValueRow
from storage.sheets import CustomerRecord

FROM_TABLE = "表格"
"""The source of a customer whom only a table knows."""
MOST_NAMESAKES = 5_000
"""People of the names of one chunk that are looked at, of rows that have nothing but a name."""
_FIELDS = (
    *("name", "nickname", "phone", "address", "birthday", "note", "source", "stage"),
    "first_seen_at",
)
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row's person: as the row has them, where the row is from, and a customer's number in it."""

    record: CustomerRecord
    platform: str = ""
    number: int | None = None

    @property
    def home(self) -> tuple[str, str]:
        """(account, external id), if it has both."""
        one = self.record
        return (one.account, one.external_id) if one.account and one.external_id else ("", "")

    @property
    def row(self) -> Alias | None:
        """How to find its person again, if nothing else would."""
        one = self.record
        if one.phone or all(self.home) or (one.nickname and self.platform):
            return None
        return row_alias(one.name, one.nickname, one.address, one.external_id)


def _spelt(number: str) -> list[str]:
    """A phone as it may stand on record."""
    if len(number) != 11:
        return [number]
    parts = number[:3], number[3:7], number[7:]
    return [number, f"+86{number}", f"86{number}", " ".join(parts), "-".join(parts)]


_ROWS = select(
    col(CustomerRow.id),
    col(CustomerRow.extra),
    col(CustomerRow.merged_into),
    *(col(getattr(CustomerRow, name)) for name in _FIELDS),
)
_STANDING = select(col(CustomerRow.id)).where(col(CustomerRow.merged_into).is_(None))
_HOMES: Any = select(col(ContactRow.customer_id), col(ContactRow.account), col(ContactRow.external_id))
_TAGS = select(col(TagRow.customer_id), col(TagRow.name))
_TIERS = select(col(ValueRow.customer_id), col(ValueRow.tier)).where(col(ValueRow.tier) != "")


@dataclass(slots=True)
class People:
    """Everybody whom the rows of a chunk may be about, and who came into being with it."""

    by_id: dict[int, Person] = field(default_factory=dict)
    _by: defaultdict[Key, list[Person]] = field(default_factory=lambda: defaultdict(list))

    # --- loading ------------------------------------------------------------------------------------

    @classmethod
    def load(
        cls, connection: Connection, asked: Sequence[Asked], also: Collection[int], *, traits: bool
    ) -> People:
        """Whom these may be, and the customers `also`; traits: with their tags and tiers.

        All of them stay locked until the transaction ends (PostgreSQL).
        """
        people = cls()
        ids = {*also, *_candidates(connection, asked)}
        while ids:
            lock_people(connection, [], ids)
            ids = people._read(connection, ids, traits)
        return people

    def _read(self, connection: Connection, ids: set[int], traits: bool) -> set[int]:
        """Read these people; whom some of them have turned out to be, and who is still to be read."""
        into: dict[int, int] = {}
        for row in connection.execute(_ROWS.where(among(connection, col(CustomerRow.id), ids))):
            if row.merged_into is not None:
                into[row.id] = row.merged_into
                continue
            fields = {name: getattr(row, name) for name in _FIELDS}
            self.by_id[row.id] = Person(row.id, fields, extra=loaded(row.extra))
        here = [id_ for id_ in sorted(ids) if id_ in self.by_id]
        homes = _HOMES.where(among(connection, col(ContactRow.customer_id), here))
        for id_, account, external_id in connection.execute(homes):
            self.by_id[id_].homes.add((account, external_id))
        for id_, alias in aliases_of(connection, here):
            self.by_id[id_].aliases.add(alias)
        if traits:
            tags = _TAGS.where(among(connection, col(TagRow.customer_id), here))
            for id_, name in connection.execute(tags):
                self.by_id[id_].tags.add(name)
            tiers = _TIERS.where(among(connection, col(ValueRow.customer_id), here))
            for id_, tier in connection.execute(tiers):
                self.by_id[id_].tier = tier
        for id_ in here:
            self.index(self.by_id[id_])
        return {id_ for id_ in into.values() if id_ not in self.by_id}

    # --- finding ------------------------------------------------------------------------------------

    def index(self, person: Person) -> None:
        """Make them found by what is known of them now."""
        for key in _keys(person):
            found = self._by[key]
            if person not in found:
                found.append(person)

    def find(self, asked: Asked) -> Person | None:
        """Whose row it is: the surest sign first; None for somebody new."""
        record, name = asked.record, asked.record.name
        signs: Iterator[Iterable[Person]] = iter(
            (
                self._at("id", *asked.home) if all(asked.home) else (),
                self._numbered(asked),
                self._at("nickname", asked.platform, record.nickname) if asked.platform else (),
                self._at("phone", record.phone),
                self._at("row", asked.row.text) if asked.row else (),
                (one for one in self._at("called", record.nickname) if not one.contradicts(record)),
                (one for one in self._at("second", record.phone) if not name or one.goes_by(name)),
                self._at_home(record),
            )
        )
        for found in signs:
            if best := sorted(found, key=lambda one: (not one.goes_by(name), one.id)):
                return best[0]
        return None

    def _at(self, *key: str) -> list[Person]:
        return self._by.get(key, []) if key[-1] else []

    def _numbered(self, asked: Asked) -> Iterator[Person]:
        """Our own number, if the row says nothing else: it may be another shop's export."""
        person = self.by_id.get(asked.number or 0)
        if person is None:
            return
        record, known = asked.record, person.fields
        same = (
            (record.name and person.goes_by(record.name))
            or (record.nickname and level(known["nickname"]) == record.nickname)
            or (record.phone and person.has_phone(record.phone))
        )
        if same:
            yield person

    def _at_home(self, record: CustomerRecord) -> Iterator[Person]:
        """Of the same name and address, if nothing speaks against it."""
        for one in self._at("called", record.name):
            at_home = level(one.fields["address"]) == record.address
            if at_home and level(one.fields["name"]) == record.name and not one.contradicts(record):
                yield one

    def has_phone(self, number: str, but: Person) -> bool:
        """Whether it is the phone of somebody else."""
        return any(one is not but for one in self._at("phone", number))

    def sharing(self, number: str, person: Person) -> set[int]:
        """This person and all others who have this mobile; empty if nobody else has."""
        if len(number) != len("13812345678"):
            return set()
        found = {one.id for key in ("phone", "second") for one in self._at(key, number)} - {person.id}
        return found | {person.id} if found else set()

    def make(self, id_: int, asked: Asked, now: datetime) -> Person:
        """Somebody new."""
        fields: dict[str, Any] = dict.fromkeys(_FIELDS, "") | {
            "source": asked.record.account or asked.platform or FROM_TABLE,
            "stage": FIRST_STAGE,
            "first_seen_at": now,
        }
        person = Person(id_, fields, is_new=True)
        self.by_id[id_] = person
        return person


def _keys(person: Person) -> Iterator[Key]:
    """By what somebody is found."""
    for home in person.homes:
        yield "id", *home
    for alias in person.aliases:
        match alias.about:
            case About.ID:
                yield "id", alias.where, alias.text
            case About.NICKNAME if alias.where:
                yield "nickname", alias.where, alias.text
            case About.NAME | About.NICKNAME:
                yield "called", alias.text
            case About.PHONE:
                yield "second", alias.text
            case About.ROW:
                yield "row", alias.text
    if known := person.fields["phone"]:
        yield "phone", normal_phone(known)
    for name in {level(person.fields["name"]), level(person.fields["nickname"])} - {""}:
        yield "called", name


def _candidates(connection: Connection, asked: Sequence[Asked]) -> set[int]:
    """The ids of everybody whom these may be."""
    ids = {one.number for one in asked if one.number}
    homes = {one.home for one in asked if all(one.home)}
    if homes:
        ids |= {c.customer_id for c in contacts_of(connection, homes).values() if c.customer_id}
    records = [one.record for one in asked]
    ids |= _standing(connection, CustomerRow.phone, {s for r in records if r.phone for s in _spelt(r.phone)})
    texts = {r.nickname for r in records} | {r.phone for r in records} | {r.external_id for r in records}
    texts |= {one.row.text for one in asked if one.row}
    ids |= people_with(connection, texts - {""})
    ids |= _standing(connection, CustomerRow.nickname, {a.record.nickname for a in asked if not a.platform})
    ids |= _standing(connection, CustomerRow.name, {r.name for r in records if not r.phone})
    at_home = {r.name for r in records if r.phone and r.address}
    return ids | _standing(connection, CustomerRow.name, at_home, col(CustomerRow.phone) == "")


def _standing(connection: Connection, column: Any, values: set[str], *where: Any) -> set[int]:
    """Customers of whom `column` is one of these, but for those who turned out to be others."""
    if not values - {""}:
        return set()
    asked = _STANDING.where(among(connection, col(column), values - {""}), *where)
    return set(connection.scalars(asked.limit(MOST_NAMESAKES)))
