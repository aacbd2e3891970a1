"""The whole import: a few hundred records in each transaction, so that a running bot keeps answering.

Each transaction leaves the database in order, and what it has written the next run of the same file finds
unchanged: an import that broke off is finished by importing again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection, Date, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from bot.core.settings import Settings
from storage.columns import Moment
from storage.db import Database, let_others_write
from storage.importing.bulk import among
from storage.importing.customers import take_customers
from storage.importing.joining import Joining, Unlike
from storage.importing.meaning import Meaning
from storage.importing.order_book import take_orders
from storage.importing.own_columns import OwnColumns
from storage.importing.rehearsal import Begin, rehearsal
from storage.importing.result import ImportResult, Part
from storage.rows import CustomerRow, ValueRow
from storage.sheets import CustomerRecord, Gathered, OrderRecord, Record, Rejected, SheetKind

AT_ONCE = 400
"""Records in one transaction: a tenth of a second of the writing lock."""
TRIES = 4


def import_records(
    database: Database,
    gathered: Gathered,
    settings: Settings,
    stages: Collection[str],
    now: datetime,
    unlike: Unlike,
    *,
    dry_run: bool = False,
    told: Callable[[float], None] = lambda _: None,
) -> ImportResult:
    """Take in all of `gathered`; what came of each row.

    stages: a customer's, as the shop calls them. unlike: says why people of one phone are not one person.
    dry_run: nothing is written. told hears the share that is done, from 0 to 1. Whose orders have changed, or
    who have become one, are due to be valued again (`storage.worth.due`).
    """
    meaning = Meaning.of(gathered, settings, stages)
    columns = OwnColumns(gathered.kind, meaning.own_headers)
    whole = Part(ImportResult(gathered.kind, gathered.read))
    today = now.astimezone(settings.shop.zone).date()
    due_on, done = None if dry_run else today, 0
    work = _Work(meaning, columns, Joining(unlike, now, dry=dry_run), now, due_on)
    with _transactions(database, dry_run) as begin:
        for records in _chunks(gathered):
            part = work.taken(begin, records, whole)
            whole.result.add(part.result)
            for phone, ids in part.shared.items():
                whole.share(phone, ids)
            if gathered.kind is SheetKind.CUSTOMERS:
                whole.people |= part.people
                whole.created |= part.created
            done += sum(len(r.rows) if isinstance(r, OrderRecord) else 1 for r in records)
            told(min(done / max(gathered.read, 1), 1.0))
            let_others_write()
        with begin() as connection:
            whole.result.note_all(work.joining.same_home(connection))
    told(1.0)
    return whole.result


def _transactions(database: Database, dry_run: bool) -> AbstractContextManager[Begin]:
    return rehearsal(database.url) if dry_run else nullcontext(database.transaction)


def _chunks(gathered: Gathered) -> Iterator[list[Record]]:
    records = iter(gathered)
    while chunk := list(islice(records, AT_ONCE)):
        yield chunk


@dataclass(frozen=True, slots=True)
class _Work:
    """What is done to every chunk. due_on: from when on whose orders have changed are to be valued again."""

    meaning: Meaning
    columns: OwnColumns
    joining: Joining
    now: datetime
    due_on: date | None

    def taken(self, begin: Begin, records: list[Record], earlier: Part) -> Part:
        """One transaction; once more, if somebody else was in the way."""
        for tried in range(1, TRIES + 1):
            try:
                with begin() as connection:
                    part = self._take(connection, records, earlier)
                    self._join(connection, part, earlier)
                    self.columns.keep(connection)
                    if self.due_on is not None:
                        mark_due(connection, part.buyers, self.due_on, self.now)
                return part
            except (IntegrityError, OperationalError):
                if tried == TRIES:
                    raise
                time.sleep(0.2 * tried)
        raise AssertionError("unreachable")

    def _take(self, connection: Connection, records: list[Record], earlier: Part) -> Part:
        meaning, columns, now = self.meaning, self.columns, self.now
        if meaning.gathered.kind is SheetKind.CUSTOMERS:
            people = [r for r in records if isinstance(r, CustomerRecord)]
            part = take_customers(connection, meaning, columns, people, earlier, now)
        else:
            orders = [r for r in records if isinstance(r, OrderRecord)]
            part = take_orders(connection, meaning, columns, orders, now)
        part.result.rejected += [r for r in records if isinstance(r, Rejected)]
        return part

    def _join(self, connection: Connection, part: Part, earlier: Part) -> None:
        """Whose phones are the same, as far as it was not known with an earlier chunk."""
        new = {p: ids for p, ids in part.shared.items() if not ids <= earlier.shared.get(p, set())}
        joined = self.joining.of_phones(connection, new)
        part.result.note_all(joined.notes)
        part.buyers |= joined.people
        part.people |= joined.people


def mark_due(connection: Connection, customer_ids: Collection[int], today: date, now: datetime) -> None:
    """These customers are to be valued again from today on: by whoever comes first."""
    if not customer_ids:
        return
    ids = sorted(customer_ids)
    known = select(col(ValueRow.customer_id)).where(among(connection, col(ValueRow.customer_id), ids))
    names = ["customer_id", "look_again_on", "valued_at"]
    moments = (literal(today, Date()), literal(now, Moment()))
    new = select(col(CustomerRow.id), *moments).where(
        among(connection, col(CustomerRow.id), ids), col(CustomerRow.id).not_in(known)
    )
    again = update(ValueRow).where(among(connection, col(ValueRow.customer_id), ids))
    connection.execute(again.values(look_again_on=today))
    connection.execute(insert(ValueRow).from_select(names, new))
