"""What every reader of birthdays knows of years and days, wherever a birthday is written."""

from __future__ import annotations

from datetime import date


def birth_year(written: int) -> int:
    """90 is 1990, 05 is 2005; more than two digits are the year."""
    return written if written > 99 else written + (2000 if written < 30 else 1900)


def is_solar_birthday(month: int, day: int, year: int | None = None) -> bool:
    """Whether there is such a day; without a year 29 February is one as well."""
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True
