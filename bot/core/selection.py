"""Which customers are meant: a condition as a small tree, the same for finding, sending and rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Sign(StrEnum):
    """How a figure is compared."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"


class Figure(StrEnum):
    """What can be compared; who has never bought has 0 of each."""

    ORDERS = "订单数"
    SPENT = "消费"
    AVERAGE = "客单价"
    POINTS = "积分"
    WIN_BACK = "挽回"


class Trait(StrEnum):
    """What can be so or not. TIER of "": none."""

    TAG = "标签"
    TIER = "等级"
    STAGE = "阶段"
    SEGMENT = "分组"
    KIND = "类型"
    PLACE = "城市"
    BOUGHT = "买过"


def _place() -> int:
    return field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Words:
    """The words stand somewhere on record: tag, name, note, address, what they bought."""

    text: str
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure above, below or equal to an amount (yuan for money)."""

    figure: Figure
    sign: Sign
    amount: Decimal
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Has:
    """A trait with this value; PLACE and BOUGHT contain it."""

    trait: Trait
    value: str
    at: int = _place()


@dataclass(frozen=True, slots=True)
class _ForDays:
    days: int
    at: int = _place()


class NotBoughtFor(_ForDays):
    """Has bought, and the last time is at least so many days ago."""

    __slots__ = ()


class BoughtWithin(_ForDays):
    """Has bought in the last so many days, today included."""

    __slots__ = ()


class NoContactFor(_ForDays):
    """For so many days neither wrote to us nor was sent anything (PRACTICES 147)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class BornIn:
    """Has a birthday (by the sun) in this month, 1 to 12; or in the month `ahead` months from now."""

    month: int | None = None
    ahead: int = 0
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Node
    at: int = _place()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]
    at: int = _place()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]
    at: int = _place()


Node = Words | Compared | Has | NotBoughtFor | BoughtWithin | NoContactFor | BornIn | Not | All | AnyOf
