"""Care kept in step with what is on record: after orders, at a ring, and once a day for the calendar.

Everything here may be done again at any time: what is known already changes nothing.
"""

from __future__ import annotations

from bot.care.after import care_after, care_after_import, care_for_new_birthdays
from bot.care.daily import DAWN, STATE, daily
from bot.care.day import FESTIVALS_AHEAD
from bot.care.ring import records_for

__all__ = [
    "DAWN",
    "FESTIVALS_AHEAD",
    "STATE",
    "care_after",
    "care_after_import",
    "care_for_new_birthdays",
    "daily",
    "records_for",
]
