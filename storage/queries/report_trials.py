"""What came of care that is tried in groups (PRACTICES 119)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, func, select
from sqlmodel import col

from bot.core.care import CareState
from bot.core.report import Came, Trial
from storage.columns import AnySelect
from storage.queries.selection import COUNTS
from storage.rows import CareRow, OrderRow

_TRIED: Final = (CareState.SAID, CareState.TASK, CareState.HELD_OUT)
NOTHING: Final = "没发的"
"""The group of those who got nothing, to compare with."""
_EVERYBODY_ELSE: Final = "发了的"


def trials(
    connection: Connection, rules: Collection[str], begins: datetime, ends: datetime
) -> tuple[Trial, ...]:
    """Of these rules: by group, who was to get it then, and who of them has ordered since.

    Counted as they were drawn, whether or not the platform took the message: else the groups would no longer
    be alike. Somebody whose turn came twice is one.
    """
    if not rules:
        return ()
    since = exists(
        select(col(OrderRow.id)).where(
            col(OrderRow.customer_id) == col(CareRow.customer_id),
            col(OrderRow.created_at) > col(CareRow.settled_at),
            col(OrderRow.status).in_(COUNTS),
        )
    )
    people = func.count(func.distinct(col(CareRow.customer_id)))
    asked: AnySelect = select(
        col(CareRow.rule), col(CareRow.ab), col(CareRow.state), people, people.filter(since)
    ).where(
        col(CareRow.settled_at) >= begins,
        col(CareRow.settled_at) < ends,
        col(CareRow.rule).in_(rules),
        col(CareRow.state).in_(_TRIED),
    )
    grouped = asked.group_by(col(CareRow.rule), col(CareRow.ab), col(CareRow.state))
    found: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for rule, group, state, count, came in connection.execute(grouped):
        name = NOTHING if state == CareState.HELD_OUT else group or _EVERYBODY_ELSE
        before = found[rule].get(name, (0, 0))
        found[rule][name] = (before[0] + count, before[1] + came)
    return tuple(
        Trial(rule, tuple(Came(name, *found[rule][name]) for name in sorted(found[rule], key=_last)))
        for rule in sorted(found)
    )


def _last(name: str) -> tuple[bool, str]:
    return name == NOTHING, name
