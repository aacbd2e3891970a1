"""Who else on record has this phone, union id or name: asked only where a message contains one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, select, union
from sqlmodel import col

from bot.core.effects import Known
from bot.core.namesake import Namesake
from storage.columns import AnySelect
from storage.rows import ContactRow, CustomerRow, IdentityRow, MergeRow

_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_LOCK = 2 * 10**17
"""Phones as advisory locks, apart from everything else that is locked so."""

Pair = tuple[int, int]


def levelled(phone: str) -> str:
    """A mobile's eleven digits, however it was typed."""
    digits = _NOT_DIGITS.sub("", phone)
    return digits[-11:] if len(digits) in (11, 13, 15) else digits


def lock_phones(connection: Connection, phones: Collection[str]) -> None:
    """Nobody else learns of these phones before this transaction ends (PostgreSQL)."""
    if connection.dialect.name != "sqlite":
        for phone in sorted(phones):
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK + int(phone))))


def with_phones(connection: Connection, phones: Collection[str]) -> dict[str, set[int]]:
    """The customers who have these phones (levelled), by phone."""
    spelt = [spelling for phone in phones for spelling in _spellings(phone)]
    profile: AnySelect = select(col(CustomerRow.phone).label("value"), col(CustomerRow.id).label("id"))
    asked = union(profile.where(col(CustomerRow.phone).in_(spelt)), _known(Known.PHONE, phones))
    return _by_value((levelled(value), id_) for value, id_ in connection.execute(asked))


def _spellings(p: str) -> tuple[str, ...]:
    return p, f"+86{p}", f"86{p}", f"{p[:3]} {p[3:7]} {p[7:]}", f"{p[:3]}-{p[3:7]}-{p[7:]}"


def _known(kind: Known, values: Collection[str]) -> AnySelect:
    asked: AnySelect = select(col(IdentityRow.value).label("value"), col(IdentityRow.customer_id).label("id"))
    return asked.where(col(IdentityRow.kind) == kind, col(IdentityRow.value).in_(values))


def with_unions(connection: Connection, unions: Collection[str]) -> dict[str, set[int]]:
    """The customers who have these union ids."""
    return _by_value(connection.execute(_known(Known.UNION_ID, unions)))


def with_names(connection: Connection, names: Collection[str]) -> dict[str, set[int]]:
    """The customers who are called exactly so."""
    asked = union(
        *(
            select(col(column).label("value"), col(CustomerRow.id).label("id")).where(col(column).in_(names))
            for column in (CustomerRow.name, CustomerRow.nickname)
        ),
        _known(Known.NAME, names),
        _known(Known.NICKNAME, names),
    )
    return _by_value(connection.execute(asked))


def _by_value(found: Iterable[Any]) -> dict[str, set[int]]:
    people: defaultdict[str, set[int]] = defaultdict(set)
    for value, id_ in found:
        people[value].add(id_)
    return people


def namesakes(connection: Connection, ids: Collection[int]) -> dict[int, Namesake]:
    """Those of these customers who are still there."""
    somewhere = select(func.min(col(ContactRow.external_id))).where(
        col(ContactRow.customer_id) == col(CustomerRow.id)
    )
    asked = select(
        col(CustomerRow.id),
        col(CustomerRow.name),
        col(CustomerRow.nickname),
        col(CustomerRow.phone),
        col(CustomerRow.birthday),
        col(CustomerRow.first_seen_at),
        somewhere.scalar_subquery().label("external_id"),
    ).where(col(CustomerRow.id).in_(ids), col(CustomerRow.merged_into).is_(None))
    return {
        row.id: Namesake(
            row.id,
            "",
            row.name or row.nickname or row.external_id or row.phone or f"#{row.id}",
            row.name,
            row.birthday,
            row.first_seen_at,
        )
        for row in connection.execute(asked)
    }


def taken_apart(connection: Connection, ids: Collection[int]) -> set[Pair]:
    """The pairs of these customers whom a seller has taken apart; each in both orders."""
    both = and_(col(MergeRow.kept_id).in_(ids), col(MergeRow.gone_id).in_(ids))
    asked = select(col(MergeRow.kept_id), col(MergeRow.gone_id))
    rows = connection.execute(asked.where(both, col(MergeRow.undone_at).is_not(None)))
    return {pair for one, other in rows for pair in ((one, other), (other, one))}
