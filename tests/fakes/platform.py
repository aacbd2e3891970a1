"""A platform inside the process: takes what it is given, in the way that the test has written down."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.core.delivery import Capability, Outcome, Outgoing, Verdict


@dataclass
class Platform:
    """One account. `script` and `says` are used up first (by row id, by text, for all); then everything is taken.

    gate: while it is not set, calls hang in the platform.
    """

    capability: Capability = field(default_factory=Capability)
    tried: list[Outgoing] = field(default_factory=list)
    taken: list[Outgoing] = field(default_factory=list)
    says: defaultdict[str, deque[Outcome | Exception]] = field(default_factory=lambda: defaultdict(deque))
    always: Outcome | None = None
    gate: asyncio.Event | None = None
    at_once: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_at_once: int = 0

    async def send(self, message: Outgoing) -> Outcome:
        """Try once; never more than one call to one person at a time is expected, `most_at_once` tells."""
        self.tried.append(message)
        self.at_once[message.external_id] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[message.external_id])
        try:
            if self.gate is not None:
                await self.gate.wait()
            return self._answer(message)
        finally:
            self.at_once[message.external_id] -= 1

    def _answer(self, message: Outgoing) -> Outcome:
        said = self.says[message.text].popleft() if self.says[message.text] else self.always
        if isinstance(said, Exception):
            raise said
        if said is None or said.verdict is Verdict.SENT:
            self.taken.append(message)
            return said or Outcome(Verdict.SENT, platform_id=f"p{message.id}")
        return said

    def will_say(self, text: str, *outcomes: Outcome | Exception) -> None:
        """What the next attempts to send `text` lead to."""
        self.says[text].extend(outcomes)

    @property
    def tried_texts(self) -> list[str]:
        """What was tried, in order."""
        return [m.text for m in self.tried]

    @property
    def texts(self) -> list[str]:
        """What was taken, in order."""
        return [m.text for m in self.taken]
