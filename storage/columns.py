"""Column types that say the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Select
from sqlalchemy.types import TypeDecorator

from bot.core.money import CENT

AnySelect = Select[*tuple[Any, ...]]
"""A query, whatever its columns."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A primary key that never runs out; SQLite only counts up an INTEGER one."""


class Moment(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone, so it is taken off there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without its zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Yuan(TypeDecorator[Decimal]):
    """Decimal yuan, kept as whole 分: exact, and sums stay in SQL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To whole 分."""
        return None if value is None else int(value.quantize(CENT) * 100)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Back to yuan."""
        return None if value is None else (Decimal(int(value)) / 100).quantize(CENT)
