"""Rows as JSON can hold them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from storage.writers.two_of_a_kind import Values


def packed(row: Mapping[str, Any]) -> Values:
    """A row as JSON can hold it."""
    return {name: _packed(value) for name, value in row.items()}


def _packed(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case Decimal():
            return {"yuan": str(value)}
        case dict() | list():
            return {"json": value}
    return value


def unpacked(row: Mapping[str, Any]) -> Values:
    """What `packed` was given."""
    return {name: _unpacked(value) for name, value in row.items()}


def _unpacked(value: Any) -> Any:
    match value:
        case {"at": moment}:
            return datetime.fromisoformat(moment)
        case {"on": day}:
            return date.fromisoformat(day)
        case {"yuan": amount}:
            return Decimal(amount)
        case {"json": content}:
            return content
    return value
