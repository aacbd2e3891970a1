"""The gateway session: where to take it up again, and what is being stored meanwhile (CHANNELS §3.3)."""

from __future__ import annotations

import json
import re

_ID = re.compile(r"[!-~]{1,200}")
_MOST = 2**53


class Session:
    """`id` is empty before QQ has given one. `stored`: every event up to this sequence number is durable."""

    def __init__(self) -> None:
        self.id = ""
        self.stored = 0
        self._seen = 0
        self._under_way: set[int] = set()

    def begin(self, session_id: object) -> bool:
        """Another session has begun; False if that is no name of one."""
        if not isinstance(session_id, str) or not _ID.fullmatch(session_id):
            return False
        self.id, self.stored, self._seen = session_id, 0, 0
        self._under_way.clear()
        return True

    def forget(self) -> None:
        """There is nothing to take up."""
        self.id, self.stored, self._seen = "", 0, 0
        self._under_way.clear()

    def rewind(self) -> None:
        """The line broke: what was not stored is asked for again."""
        self._under_way.clear()
        self._seen = self.stored

    def received(self, seq: int) -> None:
        """An event has come and is being stored."""
        self._under_way.add(seq)
        self._seen = max(self._seen, seq)

    def done(self, seq: int) -> None:
        """It is stored, or of no use."""
        self._under_way.discard(seq)
        self.stored = min(self._under_way) - 1 if self._under_way else max(self._seen, self.stored)

    def written(self) -> str:
        """The session as a note."""
        return json.dumps({"id": self.id, "seq": self.stored})

    def read(self, note: str) -> None:
        """Take up what a note says; a note that says nothing begins anew."""
        try:
            kept = json.loads(note or "{}")
            seq = sequence(kept["seq"])
        except (ValueError, KeyError, TypeError):
            return
        if seq is not None and self.begin(kept.get("id")):
            self.stored = self._seen = seq


def sequence(told: object) -> int | None:
    """A sequence number, or None for anything else."""
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < _MOST else None
