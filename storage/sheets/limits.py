"""What a file may be at most, and the one error that all reading raises."""

from __future__ import annotations

MIB = 2**20
MAX_FILE = 100 * MIB
"""A platform's export of 100,000 orders takes 15 MB as .xlsx and 60 MB as .csv."""
MAX_UNPACKED = 1024 * MIB
MAX_RATIO = 200
"""Excel's own files pack 10 to 50 times; a bomb packs 1,000 times."""
RATIO_FROM = 20 * MIB
MAX_DIRECTORY = 2 * MIB
"""Of a zip's table of contents: some 20,000 members, where a workbook has a few dozen."""
MAX_COLUMNS = 200
MAX_CELL = 32_767
"""Characters, as in Excel."""
MAX_TABS = 200
MAX_MERGES = 50_000
MAX_LINES = 1_000
"""Lines of one order."""


class SheetFault(Exception):
    """A file that cannot be read or written; the text is for the seller and says what to do."""


def mib(size: int) -> str:
    """A size as people say it: `132 MB`."""
    return f"{size / MIB:.0f} MB"
