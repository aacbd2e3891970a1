"""By what else somebody is known: names, phones, nicknames and ids that a table has for them (`identity`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import col

from storage.importing.bulk import among, insert_rows
from storage.rows import IdentityRow


class About(StrEnum):
    """What an alias is; beside these, persons have others that tables do not know."""

    NAME = "name"
    NICKNAME = "nickname"
    PHONE = "phone"
    ID = "id"
    """An id on a platform of which the shop has no account here."""
    ROW = "row"
    """A row without phone, id or a platform's nickname: else nobody would find its person again."""


class Alias(NamedTuple):
    """One of them. where: the platform whose nickname or id it is, else empty."""

    about: str
    where: str
    text: str


def row_alias(*texts: str) -> Alias:
    """That of a row by these texts, of any length."""
    digest = blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=16)
    return Alias(About.ROW, "", digest.hexdigest())


_OF = select(
    col(IdentityRow.customer_id), col(IdentityRow.kind), col(IdentityRow.account), col(IdentityRow.value)
)


def people_with(connection: Connection, texts: Collection[str]) -> set[int]:
    """The customers with an alias of one of these texts, whatever it is about."""
    if not texts:
        return set()
    asked = select(col(IdentityRow.customer_id)).where(among(connection, col(IdentityRow.value), texts))
    return set(connection.scalars(asked))


def aliases_of(connection: Connection, ids: Collection[int]) -> Iterable[tuple[int, Alias]]:
    """(customer id, alias) of these customers."""
    asked = _OF.where(among(connection, col(IdentityRow.customer_id), ids)).order_by(col(IdentityRow.id))
    for id_, *alias in connection.execute(asked):
        yield id_, Alias(*alias)


def keep_aliases(connection: Connection, found: Sequence[tuple[int, Alias]], now: datetime) -> None:
    """Put these on record; what is there already stays."""
    names = ("customer_id", "kind", "account", "value", "at")
    insert_rows(connection, IdentityRow, names, [(id_, *alias, now) for id_, alias in found])
