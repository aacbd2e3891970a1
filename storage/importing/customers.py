"""Customers of a chunk: found or made, filled in, written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage.importing.aliases import About, Alias
from storage.importing.meaning import Meaning, too_long
from storage.importing.own_columns import OwnColumns, own_name
from storage.importing.people import Asked, People
from storage.importing.person import Person
from storage.importing.result import Fate, ImportResult, Part
from storage.importing.writing import free_ids, write_homes, write_people
from storage.rows import CustomerRow
from storage.sheets import CustomerRecord, Rejected, SheetKind

Home = tuple[str, str]


def take_customers(
    connection: Connection,
    meaning: Meaning,
    columns: OwnColumns,
    records: Sequence[CustomerRecord],
    earlier: Part,
    now: datetime,
) -> Part:
    """Write these; `earlier`: what came of the file's rows before them."""
    part = Part(ImportResult(SheetKind.CUSTOMERS, len(records)))
    asked = []
    for record in records:
        if why := too_long(record):
            part.result.rejected.append(Rejected(record.row, why))
        else:
            asked.append(meaning.asked(record, record.extra))
    people = People.load(connection, asked, (), traits=True)
    ids = free_ids(connection, CustomerRow)
    homes: dict[Home, int] = {}
    for one in asked:
        person = people.find(one) or people.make(next(ids), one, now)
        before = person.moves
        known_now = person.id in earlier.people or person.id in part.people
        made_now = person.id in earlier.created or person.id in part.created
        identify(person, one, meaning, homes)
        _take(person, one.record, meaning, columns, part.result, again=known_now)
        if person.moves > before or person.is_new:
            people.index(person)
        part.share(one.record.phone, people.sharing(one.record.phone, person))
        part.people.add(person.id)
        if person.is_new and not made_now:
            part.created.add(person.id)
            part.result.count(Fate.CREATED)
        else:
            part.result.count(Fate.MERGED if person.moves > before or made_now else Fate.UNCHANGED)
    write_people(connection, people.by_id.values(), now)
    write_homes(connection, homes)
    return part


def identify(person: Person, asked: Asked, meaning: Meaning, homes: dict[Home, int]) -> None:
    """Remember by what the row's person can be found again; contacts to be made go to `homes`."""
    record, home = asked.record, asked.home
    if home in meaning.settings.seller_by_identity:
        return
    if all(home) and home[0] in meaning.accounts:
        if person.at_home(home):
            homes[home] = person.id
    elif all(home):
        if home not in person.homes:  # of an account that was configured once
            person.alias(Alias(About.ID, *home))
    elif record.external_id:
        person.beside(own_name(SheetKind.CUSTOMERS, "渠道ID"), record.external_id)
    if meaning.is_ours and not person.is_new:
        return
    if asked.platform and record.nickname:
        person.alias(Alias(About.NICKNAME, asked.platform, record.nickname))
    if asked.row:
        person.alias(asked.row)


def _take(
    person: Person,
    record: CustomerRecord,
    meaning: Meaning,
    columns: OwnColumns,
    result: ImportResult,
    *,
    again: bool,
) -> None:
    person.differing(record, meaning.platform)
    person.noted(record.note)
    person.tagged(record.tags)
    _rank(person, record, meaning, result)
    own = meaning.own(record.extra, is_new=person.is_new)
    columns.seen(header for header, _ in own)
    person.own(own, again=again)


def _rank(person: Person, record: CustomerRecord, meaning: Meaning, result: ImportResult) -> None:
    """Tier and stage are reckoned here; what a file says of them is kept beside."""
    kept = "记在“{}”一列里"
    if record.tier and record.tier != person.tier:
        column = own_name(SheetKind.CUSTOMERS, "等级")
        ours = "是店里按消费算的" if record.tier in meaning.tiers else "不是店里设的等级"
        result.note(f"等级“{record.tier}”{ours}，{kept.format(column)}")
    person.ranked(record.tier)
    if _is_known(record.stage, meaning.stages):
        person.staged(record.stage)
    else:
        column = own_name(SheetKind.CUSTOMERS, "阶段")
        result.note(f"阶段“{record.stage}”不是店里用的阶段，{kept.format(column)}")
        person.beside(column, record.stage)


def _is_known(stage: str, stages: Collection[str]) -> bool:
    return not stage or stage in stages
