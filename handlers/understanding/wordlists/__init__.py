"""Words by what they point to: one file a list, one word a line. The learned part counts them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of one list."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if (word := line.strip()))


@cache
def all_lists() -> dict[str, tuple[str, ...]]:
    """Each word with the lists that it stands in, in alphabetical order."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(_FOLDER.glob("*.txt")):
        for word in words_of(path.stem):
            found[word] = (*found.get(word, ()), path.stem)
    return found
