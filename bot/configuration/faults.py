"""What is wrong with a configuration, a line each."""

from __future__ import annotations

SHOWN = 60
"""Characters of a key that a fault shows."""


class ConfigurationFaults(Exception):
    """Everything that is wrong with the configuration: one Chinese line each, beginning with its path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def shown(key: str) -> str:
    """A key, cut where it is too long to be read."""
    return key if len(key) <= SHOWN else f"{key[:SHOWN]}…"


def one_line(words: str) -> str:
    """Words that came from elsewhere, on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in words)
