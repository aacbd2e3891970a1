"""How long the channel waits for what, in seconds of real time (CHANNELS §5.2, §5.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pauses:
    """after_failure: after one, two, three and more in a row. look: until a process looks again whether the
    one that fetches has gone.

    at_least: from one poll to the next, if the platform answers at once that there is nothing. login: between
    two questions about a code. code: how long it lasts. login_again: until codes are shown once more.
    """

    after_failure: tuple[float, ...] = (2.0, 2.0, 2.0, 30.0)
    at_least: float = 1.0
    look: float = 20.0
    login: float = 2.0
    code: float = 300.0
    login_again: float = 3600.0
