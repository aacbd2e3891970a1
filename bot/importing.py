"""`huitouke import`, and the same for a file that a seller sends: a table on disk → customers and orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.care import care_after_import, care_for_new_birthdays
from bot.core.clock import Clock
from bot.core.namesake import Namesake
from bot.core.settings import Settings
from bot.valuation import AT_ONCE, revalue
from handlers.profile.same import TOO_MANY, unlike
from handlers.value.history import shop_day
from handlers.value.lifecycle import Stage
from storage import worth
from storage.db import Database, let_others_write
from storage.importing import ImportResult, import_records
from storage.sheets import SheetKind, gather, open_sheet
from storage.sheets.columns import KIND_NAMES
from storage.state import clock_offset
from storage.writers import Surroundings

MOST_SHOWN = 30
"""Rejected rows that are shown to a person; --json has them all."""
Told = Callable[[float], None]
"""Hears the share that is done, from 0 to 1."""


def import_file(
    path: Path,
    settings: Settings,
    open_database: Callable[[], Database],
    *,
    kind: SheetKind | None = None,
    dry_run: bool = False,
    told: Told = lambda _: None,
) -> ImportResult:
    """Take in the table in `path`; SheetFault, with advice, for a file that cannot be read.

    The database is opened (and closed) when all of the file has been read: a broken one changes nothing.
    """
    with (
        open_sheet(path, kind) as sheet,
        gather(sheet, settings.shop.zone, lambda share: told(share * 0.4)) as gathered,
    ):
        database = open_database()
        try:
            now = shop_now(database, settings)
            result = import_records(
                database,
                gathered,
                settings,
                [stage.value for stage in Stage],
                now,
                _unlike,
                dry_run=dry_run,
                told=lambda share: told(0.4 + share * 0.4),
            )
            if not dry_run:
                value_whoever_is_due(database, settings, now)
                _plan_birthdays(database, settings, now)
        finally:
            database.close()
    told(1.0)
    return result


def shop_now(database: Database, settings: Settings) -> datetime:
    """The bot's time, which the sandbox may have moved."""
    if not settings.sandbox.enabled:
        return Clock().now()
    with database.transaction() as connection:
        return Clock(clock_offset(connection)).now()


def _unlike(people: list[Namesake]) -> str:
    """Why these of one phone may be several people, as the chat judges it."""
    if len(people) > 2:
        return TOO_MANY
    return unlike(people[0].name, people[0].birthday, people[1])


def value_whoever_is_due(database: Database, settings: Settings, now: datetime) -> None:
    """Everybody whom the import has changed, some hundred at once: their worth, and care for them.

    If this breaks off, the bot's nightly round goes on with it.
    """
    today, around = shop_day(now, settings.shop.zone), Surroundings(limits=settings.care_limits)
    while True:
        with database.transaction() as connection:
            ids = worth.due(connection, today, AT_ONCE)
            revalue(connection, ids, settings, now)
            worth.put_off(connection, ids, today, today.fromordinal(today.toordinal() + 1))
            care_after_import(connection, ids, settings, now, around)
        if len(ids) < AT_ONCE:
            return
        let_others_write()


def _plan_birthdays(database: Database, settings: Settings, now: datetime) -> None:
    around, more = Surroundings(limits=settings.care_limits), True
    while more:
        with database.transaction() as connection:
            more = care_for_new_birthdays(settings, around, connection, now)
        let_others_write()


def summary(result: ImportResult, *, dry_run: bool, most: int = MOST_SHOWN) -> str:
    """What came of it, for a person; of the rejected rows the first `most`."""
    head = f"{KIND_NAMES[result.kind]}读了 {result.read} 行"
    head = f"试读（没有写入）：{head}" if dry_run else head
    counts = f"新增 {result.created}，合并 {result.merged}，没变 {result.unchanged}"
    lines = [f"{head}：{counts}，没导入 {len(result.rejected)}"]
    lines += [f"{note.text}（{note.rows} 行）" for note in result.notes]
    rejected = sorted(result.rejected, key=lambda one: one.row)
    lines += [f"第 {one.row} 行没导入：{one.reason}" for one in rejected[:most]]
    if len(rejected) > most:
        lines.append(f"还有 {len(rejected) - most} 行没导入，用 huitouke import 加 --json 看全部")
    return "\n".join(lines)
