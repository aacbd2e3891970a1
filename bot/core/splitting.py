"""Long texts in parts that a platform takes, cut where a reader would pause."""

from __future__ import annotations

import re

_PAUSES = (re.compile(r".*\n", re.S), re.compile(r".*[。！？!?…；;]", re.S), re.compile(r".*[，,、 ]", re.S))


def split_text(text: str, most_bytes: int) -> list[str]:
    """`text` in parts of at most `most_bytes` UTF-8 bytes: at a line, else a sentence, else a comma.

    No part is empty; an empty text gives no part. `most_bytes` is at least 4.
    """
    parts: list[str] = []
    rest = text.strip()
    while len(rest.encode()) > most_bytes:
        cut = _cut(rest.encode()[:most_bytes].decode(errors="ignore"))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def _cut(head: str) -> int:
    for pause in _PAUSES:
        found = pause.match(head)
        if found and found.end() > len(head) // 3:
            return found.end()
    return len(head)
