"""Where everything stands in the chart of a report, in pixels from the top left corner; pure geometry.

No machine has a Chinese font for certain, so its words are made of digits, slashes, dots and minus signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from PIL import ImageFont

from bot.core.report import Daily
from handlers.report.scale import WHOLE, Scale, scale, shown
from scheduler.calendar.days import days_after

WIDTH: Final = 900
HEIGHT: Final = 500
EDGE: Final = 20
"""What is left free at each side of the picture."""
GAP: Final = 8
"""Between a bar and its value, between two words."""
INSET: Final = 14
"""From the left end of the grid to the first day, whose value may be wider than its bar."""
DATES: Final = 32
VALUES: Final = (34, 30, 26)
"""Sizes of text for the values; the first in which each has room above its own day."""
TICKS: Final = 26
KEYS: Final = 30
THICK: Final = 0.5
"""How much of a day's room its bar takes."""
WIDE: Final = 0.8
"""And the bar of the time before, which stands behind it and is seen on both sides."""
SMALLEST: Final = 3
"""Pixels of a bar that is not nothing."""
_FEW: Final = 10
"""Of so many days each gets its date, and a nothing its 0."""
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Box:
    """`right` and `bottom` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    def touches(self, other: Box, gap: int = 0) -> bool:
        """Whether they overlap, or stand nearer than `gap`."""
        beside = self.right + gap <= other.left or other.right + gap <= self.left
        return not beside and self.top < other.bottom + gap and other.top < self.bottom + gap


@dataclass(frozen=True, slots=True)
class Bar:
    """What one day brought, `day` counted from 0; `below`: more went back than came in."""

    day: int
    box: Box
    below: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A text of this size, standing on the bottom of its box. pale: about what is not yet."""

    text: str
    size: int
    box: Box
    pale: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole chart. grid: the first is the line of zero. keys: which colour is which days."""

    grid: tuple[Box, ...]
    ticks: tuple[Word, ...]
    before: tuple[Bar, ...]
    this: tuple[Bar, ...]
    values: tuple[Word, ...]
    dates: tuple[Word, ...]
    keys: tuple[tuple[Box, Word], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """The part of the picture where the bars are: `days` of equal width, side by side."""

    box: Box
    scale: Scale
    days: int

    @property
    def left(self) -> int:
        """Where the grid begins; at the left of it are its numbers."""
        return self.box.left - INSET

    @property
    def room(self) -> float:
        """Pixels a day."""
        return (self.box.right - self.box.left) / self.days

    def middle(self, day: int) -> float:
        """Of the room of a day."""
        return self.box.left + (day + 0.5) * self.room

    def height(self, amount: Decimal) -> int:
        """At which y an amount stands."""
        up = float((amount - self.scale.low) / self.scale.span)
        return self.box.bottom - round(up * (self.box.bottom - self.box.top))


def layout(this: Daily, before: Daily) -> Layout:
    """The chart of a stretch of days with the one before it behind, day by day beside its like."""
    amounts = (*this.revenue, *before.revenue)
    plot = _plot(scale(amounts), max(this.days, len(before.revenue)))
    bars = tuple(_bars(plot, this.revenue, THICK))
    lines = sorted(plot.scale.ticks, key=abs)
    return Layout(
        tuple(_line(plot, tick) for tick in lines),
        tuple(_tick(plot, tick) for tick in lines),
        tuple(_bars(plot, before.revenue, WIDE)),
        bars,
        _values(plot, this.revenue, bars),
        tuple(_dates(plot, this)),
        tuple(_keys(plot, [this, before] if any(before.revenue) else [this])),
    )


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The one font that is everywhere Pillow is; it has digits and Latin letters."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType, and can write in one small size only")
    return found


def _plot(scale: Scale, days: int) -> Plot:
    """With room at the left for the grid's numbers; above, and if need be below, for the values of bars."""
    numbers = max(_width(shown(tick), TICKS) for tick in scale.ticks)
    value = _tall(VALUES[0]) + 2 * GAP
    top = EDGE + _tall(KEYS) + 2 * GAP + value
    bottom = HEIGHT - EDGE - _tall(DATES) - 2 * GAP - (value if scale.low < 0 else 0)
    return Plot(Box(EDGE + numbers + GAP + INSET, top, WIDTH - EDGE, bottom), scale, days)


def _bars(plot: Plot, revenue: Sequence[Decimal], share: float) -> Iterator[Bar]:
    zero, half = plot.height(_NOTHING), plot.room * share / 2
    for day, amount in enumerate(revenue):
        if amount:
            end, below = plot.height(amount), amount < 0
            top, bottom = (zero, max(end, zero + SMALLEST)) if below else (min(end, zero - SMALLEST), zero)
            sides = round(plot.middle(day) - half), round(plot.middle(day) + half)
            yield Bar(day, Box(sides[0], top, sides[1], bottom), below)


def _line(plot: Plot, tick: Decimal) -> Box:
    y = plot.height(tick)
    return Box(plot.left, y - 1, plot.box.right, y + 1)


def _tick(plot: Plot, tick: Decimal) -> Word:
    text, y = shown(tick), plot.height(tick)
    left = plot.left - GAP - _width(text, TICKS)
    return _word(text, TICKS, left, y + _tall(TICKS) // 2)


def _values(plot: Plot, revenue: Sequence[Decimal], bars: Sequence[Bar]) -> tuple[Word, ...]:
    """Each its own if all have room; else the highest first, and whatever does not get in another's way."""
    if plot.days <= _FEW:
        for size in VALUES:
            if all(_width(shown(amount), size) + GAP <= plot.room for amount in revenue):
                return tuple(_value(plot, day, amount, size) for day, amount in enumerate(revenue))
    found: list[Word] = []
    for bar in sorted(bars, key=lambda bar: -abs(revenue[bar.day])):
        word = _value(plot, bar.day, revenue[bar.day], VALUES[-1], whole=Decimal(1))
        others = [*(w.box for w in found), *(b.box for b in bars if b is not bar)]
        if not any(word.box.touches(other, GAP // 2) for other in others):
            found.append(word)
    return tuple(found)


def _value(plot: Plot, day: int, amount: Decimal, size: int, whole: Decimal = WHOLE) -> Word:
    """Above its bar; below one that hangs down."""
    zero, end = plot.height(_NOTHING), plot.height(amount)
    hangs = max(end, zero + SMALLEST) + GAP + _tall(size)
    stands = (min(end, zero - SMALLEST) if amount else zero) - GAP
    text = shown(amount, whole)
    return _over(plot, day, text, size, hangs if amount < 0 else stands, plot.left)


def _dates(plot: Plot, this: Daily) -> Iterator[Word]:
    """Of a week each day, of a month the first, the fifth, the tenth …; those to come are pale."""
    for day in range(this.days):
        when = days_after(this.first, day)
        if this.days <= _FEW or day == 0 or when.day % 5 == 0:
            word = _over(plot, day, _day(when), DATES, HEIGHT - EDGE, EDGE)
            yield replace(word, pale=day >= len(this.revenue))


def _keys(plot: Plot, stretches: Sequence[Daily]) -> Iterator[tuple[Box, Word]]:
    left, bottom, side = plot.left, EDGE + _tall(KEYS), _tall(KEYS)
    for stretch in stretches:
        last = days_after(stretch.first, len(stretch.revenue) - 1)
        text = "-".join(dict.fromkeys((_day(stretch.first), _day(last))))
        word = _word(text, KEYS, left + side + GAP, bottom)
        yield Box(left, bottom - side, left + side, bottom), word
        left = word.box.right + 4 * GAP


def _over(plot: Plot, day: int, text: str, size: int, bottom: int, leftmost: int) -> Word:
    """In the middle of a day's room, but not outside the picture nor left of `leftmost`."""
    width = _width(text, size)
    left = round(plot.middle(day) - width / 2)
    return _word(text, size, max(leftmost, min(left, WIDTH - EDGE // 2 - width)), bottom)


def _word(text: str, size: int, left: int, bottom: int) -> Word:
    return Word(text, size, Box(left, bottom - _tall(size), left + _width(text, size), bottom))


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"


def _width(text: str, size: int) -> int:
    return round(font(size).getlength(text) + 0.5)


@cache
def _tall(size: int) -> int:
    """Pixels from the foot of a digit to its head."""
    _, top, _, bottom = font(size).getbbox("0")
    return round(bottom - top)
