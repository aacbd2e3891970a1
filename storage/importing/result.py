"""What came of an import, row by row of the file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from storage.sheets import Rejected, SheetKind

MOST_NOTES = 50
"""Different notes that are kept; a column full of unknown words needs no more to be understood."""


class Fate(StrEnum):
    """What became of a row."""

    CREATED = "created"
    MERGED = "merged"
    UNCHANGED = "unchanged"


class Note(NamedTuple):
    """Something that was done otherwise than the file says, and in how many rows."""

    text: str
    rows: int


@dataclass(slots=True)
class ImportResult:
    """Counts of rows; read = created + merged + unchanged + rejected.

    created: customers or orders that are new. merged: rows that added to one that was known, or to one that
    an earlier row of the same file has made. unchanged: rows that said nothing new.
    """

    kind: SheetKind
    read: int
    created: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    _notes: Counter[str] = field(default_factory=Counter)

    def count(self, fate: Fate, rows: int = 1) -> None:
        """Note what became of a customer or an order of so many rows."""
        match fate:
            case Fate.CREATED:
                self.created += 1
                self.merged += rows - 1
            case Fate.MERGED:
                self.merged += rows
            case Fate.UNCHANGED:
                self.unchanged += rows

    def note(self, text: str) -> None:
        """Say so once more, if it is not the fifty-first thing to say."""
        if text in self._notes or len(self._notes) < MOST_NOTES:
            self._notes[text] += 1

    def note_all(self, texts: Iterable[str]) -> None:
        """Say all of these."""
        for text in texts:
            self.note(text)

    def add(self, other: ImportResult) -> None:
        """Take in what came of a part of the file."""
        self.created += other.created
        self.merged += other.merged
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        for text, rows in other._notes.items():
            self.note(text)
            if text in self._notes:
                self._notes[text] += rows - 1

    @property
    def notes(self) -> list[Note]:
        """What was done otherwise than the file says, the most frequent first."""
        return [Note(text, rows) for text, rows in self._notes.most_common()]

    def as_json(self) -> dict[str, Any]:
        """The contract's figures (§2); rejected rows in the file's order."""
        rejected = sorted(self.rejected, key=lambda one: one.row)
        return {
            "kind": self.kind.value,
            "read": self.read,
            "created": self.created,
            "merged": self.merged,
            "unchanged": self.unchanged,
            "rejected": [{"row": one.row, "reason": one.reason} for one in rejected],
            "notes": [{"text": note.text, "rows": note.rows} for note in self.notes],
        }


@dataclass(slots=True)
class Part:
    """What came of a chunk; it counts when its transaction is committed.

    people: whom its rows were about. created: who of them is new. buyers: whose orders have changed, or who
    have become one. shared: the people who turned out to have the same phone, by phone.
    """

    result: ImportResult
    people: set[int] = field(default_factory=set)
    created: set[int] = field(default_factory=set)
    buyers: set[int] = field(default_factory=set)
    shared: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def share(self, phone: str, people: set[int]) -> None:
        """Note that these have this phone."""
        if people:
            self.shared[phone] |= people
