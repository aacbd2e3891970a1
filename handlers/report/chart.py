"""The picture beside a report: what each day brought, as a PNG that is read on a phone."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from bot.core.report import Daily
from handlers.report.layout import HEIGHT, WIDTH, Box, Layout, Word, font, layout

_PAPER: Final = "#ffffff"
_GRID: Final = "#e6e9ee"
_ZERO: Final = "#8a93a0"
_BEFORE: Final = "#c9d3e0"
_THIS: Final = "#1769e0"
_BELOW: Final = "#d9480f"
"""Where more went back than came in."""
_INK: Final = "#1f2933"
_FAINT: Final = "#66707d"
_PALE: Final = "#b4bcc7"


def chart(this: Daily, before: Daily) -> bytes:
    """Bars for the days of `this`, behind them lighter ones for the days of `before`: a PNG, under 60 kB.

    Both begin with their first day, so Monday stands before Monday. What the picture says in words are dates
    and yuan.
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    _draw(ImageDraw.Draw(picture), layout(this, before))
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _draw(draw: ImageDraw.ImageDraw, found: Layout) -> None:
    """What stands behind goes first."""
    for line in found.grid[1:]:
        _fill(draw, line, _GRID)
    for bar in found.before:
        _fill(draw, bar.box, _BEFORE)
    for bar in found.this:
        _fill(draw, bar.box, _BELOW if bar.below else _THIS)
    _fill(draw, found.grid[0], _ZERO)
    for (box, word), colour in zip(found.keys, (_THIS, _BEFORE), strict=False):
        _fill(draw, box, colour)
        _write(draw, word, _INK)
    for word in found.ticks:
        _write(draw, word, _FAINT)
    for word in found.dates:
        _write(draw, word, _PALE if word.pale else _INK)
    for word in found.values:
        _write(draw, word, _INK, halo=3)


def _fill(draw: ImageDraw.ImageDraw, box: Box, colour: str) -> None:
    draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=colour)


def _write(draw: ImageDraw.ImageDraw, word: Word, colour: str, halo: int = 0) -> None:
    """halo: so many pixels of paper around the digits, for those that stand on lines and bars."""
    at, letters = (word.box.left, word.box.bottom), font(word.size)
    draw.text(at, word.text, colour, letters, anchor="ls", stroke_width=halo, stroke_fill=_PAPER)
