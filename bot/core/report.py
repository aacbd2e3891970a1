"""The figures of a report: what the shop's rows say about a stretch of time (PRACTICES 12, 15, 63, 103)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Counts = tuple[tuple[str, int], ...]
"""How often each of these, most first."""


@dataclass(frozen=True, slots=True)
class Trade:
    """Orders that were paid and kept, by the day they were placed; `revenue` is what the shop keeps, in yuan.

    buyers: people. returning: those of them who had bought before the stretch began.
    """

    orders: int = 0
    revenue: Decimal = Decimal(0)
    buyers: int = 0
    returning: int = 0

    @property
    def new(self) -> int:
        """Buyers for the first time."""
        return self.buyers - self.returning

    @property
    def average(self) -> Decimal:
        """Yuan an order; 0 without orders."""
        return self.revenue / self.orders if self.orders else Decimal(0)

    @property
    def repeat(self) -> float:
        """The repeat rate: which share of the buyers had bought before, 0 to 1."""
        return self.returning / self.buyers if self.buyers else 0.0


@dataclass(frozen=True, slots=True)
class Daily:
    """What `Trade.revenue` is made of: yuan of each day from `first` on, as far as it is told.

    days: how many there are when the week or month is over.
    """

    first: date
    days: int
    revenue: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """People who asked before buying, who of them ordered, and why the others did not."""

    people: int = 0
    ordered: int = 0
    reasons: Counts = ()

    @property
    def share(self) -> float:
        """The conversion of consultations, 0 to 1."""
        return self.ordered / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Complained:
    """Complaints that were opened, without what was none; of those: about what, why, and how they ended."""

    opened: int = 0
    still_open: int = 0
    products: Counts = ()
    problems: Counts = ()
    causes: Counts = ()
    endings: Counts = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """First answers to what buyers asked: half of them came within `half`; `in_time`: within 24 h."""

    asked: int = 0
    in_time: int = 0
    half: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One dimension of 大评委: its mean, 1 to 5, of so many marks."""

    name: str
    mean: float
    marks: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time. lost: people who became 流失. reviews: answers to 大评委, and their marks."""

    trade: Trade = Trade()
    lost: int = 0
    asked: Asked = Asked()
    complained: Complained = Complained()
    answers: Answers = Answers()
    reviews: int = 0
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Came:
    """How many of a group of people have bought since."""

    name: str
    people: int
    came: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule of care that is tried in groups, with those who got nothing, if any (PRACTICES 119)."""

    rule: str
    groups: tuple[Came, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A stretch and the one before it; what has no “before” stands beside them.

    staff: people spoken with, by who spoke. sent: messages to buyers, by kind. refused: those that did not
    go out, by reason. recovered, trials: of the last 90 days, as nobody buys again within a week.
    """

    this: Stretch = Stretch()
    before: Stretch = Stretch()
    staff: Counts = ()
    sent: Counts = ()
    refused: Counts = ()
    recovered: tuple[Came, ...] = ()
    trials: tuple[Trial, ...] = ()
