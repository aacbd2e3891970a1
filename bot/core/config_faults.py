"""How config.yaml says what is wrong in it, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Place = tuple[str | int, ...]
_T = TypeVar("_T")


def dotted(place: Place) -> str:
    """`("accounts", 0, "token")` → `accounts[0].token`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


class Inconsistent(ValueError):
    """Values that are right alone and wrong together; each fault with the place to correct."""

    def __init__(self, faults: Sequence[tuple[Place, str]]) -> None:
        super().__init__("；".join(f"{dotted(place)}: {why}" for place, why in faults))
        self.faults = faults


def consistent(value: _T, faults: Sequence[tuple[Place, str]]) -> _T:
    """`value`, if there is no fault."""
    if faults:
        raise Inconsistent(faults)
    return value


def repeated(values: Sequence[tuple[Place, object]], why: str) -> list[tuple[Place, str]]:
    """A fault for each value that stood at another place before; `why` may name that as {first}."""
    first: dict[object, Place] = {}
    return [
        (place, why.format(first=dotted(first[value])))
        for place, value in values
        if first.setdefault(value, place) != place
    ]
