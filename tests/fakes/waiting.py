"""How a test waits for what others bring about, without a look every so often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """Whoever changes something says so; `until` looks again each time. For one event loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def happened(self) -> None:
        """Something is different now."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, true: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until it is true; TimeoutError after so many seconds."""
        async with asyncio.timeout(within):
            while not true():
                await self._next.wait()
