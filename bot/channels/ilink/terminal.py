"""The terminal in which the bot runs: shows the code to scan, and takes the number that a phone shows."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from io import StringIO
from typing import Protocol

import segno

TYPED_WITHIN = 50.0
"""Seconds; less than the lease under which one process logs in."""


class Screen(Protocol):
    """Where a login is shown."""

    def show(self, content: str, words: str) -> None:
        """A QR code of `content`, with words above it."""
        ...

    def say(self, words: str) -> None:
        """One line."""
        ...

    async def typed(self) -> str:
        """The next line that somebody types; empty if nobody does, or can."""
        ...


class Terminal:
    """Standard error and input, as they are when something is shown."""

    def show(self, content: str, words: str) -> None:
        """Drawn in half blocks, with the words above."""
        self.say(f"{words}\n{drawn(content)}")

    def say(self, words: str) -> None:
        """One line."""
        sys.stderr.write(words + "\n")
        sys.stderr.flush()

    async def typed(self) -> str:
        """Empty at once where no terminal is, and on Windows, which cannot wait for a line."""
        if not sys.stdin or not sys.stdin.isatty():
            return ""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str] = loop.create_future()

        def read() -> None:
            if not line.done():
                line.set_result(sys.stdin.readline().strip())

        with suppress(NotImplementedError, TimeoutError):
            loop.add_reader(sys.stdin, read)
            try:
                async with asyncio.timeout(TYPED_WITHIN):
                    return await line
            finally:
                loop.remove_reader(sys.stdin)
        return ""


def drawn(content: str) -> str:
    """The QR code of `content` as lines of text."""
    out = StringIO()
    segno.make(content, micro=False, error="l").terminal(out, border=2, compact=True)
    return out.getvalue()
