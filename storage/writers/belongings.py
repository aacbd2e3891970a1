"""`OF_A_PERSON`: the one list of what follows a person; every column that names a customer is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, and_, true
from sqlmodel import SQLModel

from storage.rows import (
    AuditRow,
    BuyerQuestionRow,
    CareRow,
    ComplaintRow,
    ConsultationRow,
    ContactRow,
    IdentityRow,
    MessageRow,
    OrderRow,
    PointsRow,
    ProductVoteRow,
    PromiseRow,
    ReferralRow,
    RemedyRow,
    ScoresRow,
    StageMoveRow,
    TagRow,
    TaskRow,
    TimerRow,
    TodayRow,
    ValueRow,
    table,
)
from storage.writers.two_of_a_kind import (
    Join,
    Values,
    had_it,
    nothing,
    one_consultation,
    one_question,
    one_tag,
    the_earlier,
)


def _always(row: Values) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Belonging:
    """How the rows of a table follow their person.

    key: what a person has only one row of, while `once` holds; None: any number. join: how two of them become
    one. settles: what happens to the joined row holds for both, should the two be taken apart again.
    """

    row: type[SQLModel]
    column: str = "customer_id"
    key: tuple[str, ...] | None = None
    once: Callable[[Values], bool] = _always
    join: Join = nothing
    settles: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table."""
        return table(self.row)

    @property
    def person(self) -> Column[Any]:
        """The column that says whose a row is."""
        return self.table.c[self.column]

    @property
    def name(self) -> str:
        """As the record of a merge calls it."""
        return f"{self.table.name}.{self.column}"

    def told(self, row: Values) -> Values:
        """What a row is recognised by, whosever it is; ids alone are given again by SQLite."""
        names = {c.name for c in self.table.primary_key} | set(self.key or ())
        return {name: row[name] for name in sorted(names - {self.column})}

    def where(self, told: Mapping[str, Any]) -> Any:
        """The row that `told` tells of."""
        return and_(true(), *(self.table.c[name] == value for name, value in told.items()))


OF_A_PERSON: tuple[Belonging, ...] = (
    Belonging(ContactRow),
    Belonging(MessageRow),
    Belonging(OrderRow),
    Belonging(ComplaintRow),
    Belonging(RemedyRow),
    Belonging(TaskRow),
    Belonging(PromiseRow),
    Belonging(AuditRow),
    Belonging(StageMoveRow),
    Belonging(PointsRow),
    Belonging(TagRow, key=("name",), join=one_tag),
    Belonging(
        ConsultationRow,
        key=("product",),
        once=lambda row: bool(row["state"] == "open"),
        join=one_consultation,
        settles=("state", "closed_at", "order_number", "reason", "followed_up_at"),
    ),
    Belonging(
        BuyerQuestionRow,
        key=(),
        once=lambda row: row["answered_at"] is None,
        join=one_question,
        settles=("answered_at", "answered_by"),
    ),
    Belonging(TimerRow, key=("rule", "occasion"), join=the_earlier),
    Belonging(CareRow, key=("rule", "occasion"), join=had_it),
    Belonging(ScoresRow),
    Belonging(TodayRow, key=("day", "number")),
    Belonging(IdentityRow, key=("kind", "account", "value")),
    # what follows from the orders is reckoned anew afterwards (`bot.valuation`)
    Belonging(ValueRow, key=()),
    Belonging(ProductVoteRow, key=("product",)),
    Belonging(ReferralRow, key=()),
    Belonging(ReferralRow, "by_id"),
)
"""Everything that follows a person; a new table with a customer is one more line (a test asserts it)."""


def carried(record: Mapping[str, Any], row: type[SQLModel]) -> Sequence[int]:
    """The ids of the rows of a table without a key that this record has moved."""
    return next((record.get(b.name, {}).get("ids", ()) for b in OF_A_PERSON if b.row is row), ())


def belongings() -> Iterator[tuple[str, str]]:
    """(table, column) of everything in the list."""
    return ((b.table.name, b.column) for b in OF_A_PERSON)
