"""The chart of a report: bars in proportion, words that do not stand in each other's way, a PNG for a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from bot.core.report import Daily
from handlers.report.chart import chart
from handlers.report.layout import HEIGHT, SMALLEST, WIDTH, Box, Layout, Word, layout
from handlers.report.scale import scale, shown

MONDAY, THE_ONE_BEFORE = date(2026, 11, 16), date(2026, 11, 9)
CENT = Decimal("0.01")


def daily(first: date, days: int, *yuan: float | str | Decimal) -> Daily:
    return Daily(first, days, tuple(Decimal(str(amount)) for amount in yuan))


def week(*yuan: float | str) -> Daily:
    return daily(MONDAY, 7, *yuan)


def before(*yuan: float | str) -> Daily:
    return daily(THE_ONE_BEFORE, len(yuan), *yuan)


NOTHING_BEFORE = before(*[0] * 7)


def tall(box: Box) -> int:
    return box.bottom - box.top


def words(found: Layout) -> Iterator[Word]:
    yield from (*found.ticks, *found.values, *found.dates, *(word for _, word in found.keys))


def test_bars_are_as_high_as_their_days_were_good() -> None:
    found = layout(week(1000, 500, 0, 250, 2000, 1500, 1), before(2000, 1000, 500, 0, 0, 0, 0))
    heights = {bar.day: tall(bar.box) for bar in found.this}
    whole = heights[4]
    assert whole > HEIGHT / 2
    assert heights[0] == pytest.approx(whole / 2, abs=1)
    assert heights[1] == pytest.approx(whole / 4, abs=1)
    assert heights[3] == pytest.approx(whole / 8, abs=1)
    assert 2 not in heights, "a day without anything has no bar"
    assert heights[6] == SMALLEST, "what is there is seen"
    assert [tall(bar.box) for bar in found.before][:2] == [whole, heights[0]], "both by the same measure"
    assert [word.text for word in found.values] == ["1000", "500", "0", "250", "2000", "1500", "1"]


def test_the_day_before_is_seen_on_both_sides_of_its_like() -> None:
    found = layout(week(*[900] * 7), before(*[300] * 7))
    for this, then in zip(found.this, found.before, strict=True):
        assert then.box.left < this.box.left and this.box.right < then.box.right


def test_a_day_on_which_more_went_back_hangs_below_the_line() -> None:
    found = layout(week(500, -320, 129), before(300, -100, 400))
    zero = found.grid[0]
    up, down, _ = found.this
    assert (up.below, down.below) == (False, True)
    assert up.box.bottom == down.box.top and zero.top < down.box.top < zero.bottom
    assert tall(down.box) == pytest.approx(tall(up.box) * 320 / 500, abs=1)
    assert found.values[1].text == "-320" and found.values[1].box.top > down.box.bottom
    assert found.before[1].below


def test_days_to_come_are_pale_and_without_value() -> None:
    found = layout(week(129, 59.9), before(200, 71.5))
    dates = [word.text for word in found.dates]
    assert dates == ["11/16", "11/17", "11/18", "11/19", "11/20", "11/21", "11/22"]
    assert [word.pale for word in found.dates] == [False] * 2 + [True] * 5
    assert [word.text for word in found.values] == ["129", "59.9"]
    assert [word.text for _, word in found.keys] == ["11/16-11/17", "11/9-11/10"]


def test_a_time_before_without_anything_is_not_named() -> None:
    found = layout(week(129), before(0))
    assert not found.before
    assert [word.text for _, word in found.keys] == ["11/16"]


def test_nothing_but_free_orders_stands_on_the_line() -> None:
    found = layout(week(0, 0), before(0, 0))
    assert not found.this and [word.text for word in found.ticks] == ["0"]
    assert found.grid[0].top > HEIGHT / 2


def test_a_month_names_every_fifth_day_and_its_best() -> None:
    yuan = [100 + 37 * (n * 7 % 11) for n in range(30)]
    found = layout(daily(date(2026, 11, 1), 30, *yuan), daily(date(2026, 10, 1), 31, *yuan, 400))
    assert [word.text for word in found.dates] == ["11/1", "11/5", *(f"11/{n}" for n in range(10, 31, 5))]
    assert len(found.this) == 30
    assert found.before[-1].day == 30, "a day that only the longer month has"
    assert str(max(yuan)) in [word.text for word in found.values]
    assert 3 <= len(found.values) < 30


amounts = some.one_of(
    some.just(Decimal(0)),
    some.decimals(-300, 3000, places=2),
    some.decimals(0, 1, places=2),
    some.decimals(0, 10**9, places=2),
    some.decimals(-(10**9), 0, places=2),
)


@given(some.sampled_from([7, 28, 31]), some.data())
def test_whatever_was_sold_no_word_covers_another(days: int, data: some.DataObject) -> None:
    this = data.draw(some.lists(amounts, min_size=1, max_size=days))
    then = data.draw(some.lists(amounts, min_size=1, max_size=31 if days > 7 else 7))
    found = layout(
        Daily(date(2026, 12, 1), days, tuple(this)), Daily(date(2026, 11, 1), len(then), tuple(then))
    )
    all_words = list(words(found))
    for one, two in combinations(all_words, 2):
        assert not one.box.touches(two.box), (one, two)
    for word in all_words:
        assert set(word.text) <= set("0123456789/.-"), "what the font has"
    for value in found.values:
        assert not any(value.box.touches(bar.box) for bar in found.this), value
    bars = [bar.box for bar in (*found.this, *found.before)]
    for box in (*bars, *(word.box for word in all_words)):
        assert 0 <= box.left < box.right <= WIDTH and 0 <= box.top < box.bottom <= HEIGHT
    assert [bar.day for bar in found.this] == [n for n, yuan in enumerate(this) if yuan]
    if any(this):
        best = max(this, key=abs)
        assert any(
            shown(best, whole) in [v.text for v in found.values] for whole in (Decimal(1), Decimal(100))
        )


@given(some.lists(amounts, min_size=1, max_size=31))
def test_the_grid_has_few_lines_and_zero_among_them(yuan: Sequence[Decimal]) -> None:
    found = scale(yuan)
    assert 0 in found.ticks and len(found.ticks) <= 6
    assert all(found.low <= tick <= found.high for tick in found.ticks)
    assert found.step >= CENT and found.step.normalize().as_tuple().digits in ((1,), (2,), (5,))


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        ("0", "0"),
        ("0.05", "0.05"),
        ("59.90", "59.9"),
        ("20", "20"),
        ("99.99", "99.99"),
        ("100.50", "101"),
        ("1299.00", "1299"),
        ("-59.90", "-59.9"),
        ("-1200.4", "-1200"),
        ("1E+3", "1000"),
        ("12345678.9", "12345679"),
    ],
)
def test_how_an_amount_is_written(yuan: str, text: str) -> None:
    assert shown(Decimal(yuan)) == text


CROWDED = [round(1999.9 * ((n * 37 + 11) % 29) / 29, 2) for n in range(31)]


@pytest.mark.parametrize(
    ("this", "then"),
    [
        (week(1299, 860.5, 0, 2140, 1780, 3355, 2990), before(990, 1200, 1320, 800, 2400, 2900, 3100)),
        (week(-30, 129), NOTHING_BEFORE),
        (daily(date(2026, 10, 1), 31, *CROWDED), daily(date(2026, 9, 1), 30, *CROWDED[:0:-1])),
    ],
)
def test_the_picture(this: Daily, then: Daily) -> None:
    png = chart(this, then)
    assert png == chart(this, then) and len(png) < 60_000
    with Image.open(BytesIO(png)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (WIDTH, HEIGHT), "RGB")
        picture.load()
        found = layout(this, then)
        (key, _), *_ = found.keys
        paper, ours = picture.getpixel((0, 0)), picture.getpixel(middle(key))
        assert paper != ours
        for bar in found.this:
            inside = picture.getpixel(((bar.box.left + bar.box.right) // 2, bar.box.bottom - 2))
            assert (inside == ours) != bar.below and inside != paper
        for word in found.dates:
            ink = picture.crop((word.box.left, word.box.top, word.box.right, word.box.bottom))
            assert len(ink.getcolors(10_000) or ()) > 1, "the digits stand where the layout says"


def middle(box: Box) -> tuple[int, int]:
    return (box.left + box.right) // 2, (box.top + box.bottom) // 2


def test_the_time_before_has_the_colour_of_its_key() -> None:
    this, then = week(100, 0), before(300, 200)
    found = layout(this, then)
    with Image.open(BytesIO(chart(this, then))) as picture:
        colours = {picture.getpixel((bar.box.left + 1, bar.box.top + 20)) for bar in found.before}
        assert colours == {picture.getpixel(middle(found.keys[1][0]))}
        assert picture.getpixel(middle(found.keys[0][0])) not in colours


def test_dates_go_over_the_turn_of_the_year() -> None:
    found = layout(daily(date(2026, 12, 28), 7, *[10] * 7), daily(date(2026, 12, 21), 7, *[10] * 7))
    assert found.dates[-1].text == "1/3"
    assert found.keys[0][1].text == f"12/28-{(date(2026, 12, 28) + timedelta(days=6)).month}/3"
