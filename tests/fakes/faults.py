"""How the calls of a fake platform go wrong: the same ways for all of them."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.waiting import Changes

FOREVER = -1


@dataclass
class Fault:
    """What goes wrong with a call instead of, or after, the right answer."""

    times: int
    code: int | None = None
    message: str = "injected"
    status: int | None = None
    body: bytes = b"<html>502 Bad Gateway</html>"
    drop: str | None = None  # "before" the message is taken, or "after"
    hold: asyncio.Event | None = None  # taken, but answered only when this is set
    reached: asyncio.Event = field(default_factory=asyncio.Event)  # set when the call has come


class Refusal(Exception):
    """The platform says no, with a code of its own."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Faulty:
    """A platform whose calls are remembered, and can be made to go wrong by their path."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.changes = Changes()  # a call has come, a phone shows more
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def called(self, path: str) -> int:
        """How many requests came to `path`."""
        return sum(1 for called, _ in self.calls if called == path)

    def inject(self, path: str, code: int | None = None, *, times: int = 1, **fault: Any) -> Fault:
        """The next `times` calls of `path` go wrong (FOREVER: all); see Fault for how."""
        injected = Fault(times, code, **fault)
        self._faults[path].append(injected)
        return injected

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self._faults.clear()

    def next_fault(self, path: str) -> Fault:
        """What happens to the call that has just come."""
        queue = self._faults[path]
        fault = queue[0] if queue else Fault(0)
        if queue and fault.times != FOREVER:
            fault.times -= 1
            if fault.times == 0:
                queue.popleft()
        fault.reached.set()
        self.changes.happened()
        return fault


def dropped(request: web.Request) -> web.StreamResponse:
    """The connection ends without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def json_or_none(body: bytes) -> Any:
    """What a body says, if it is JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None
