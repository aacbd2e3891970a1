"""Birthdays: read, written back, and celebrated once in every year of their own."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar.birthdays import Birthday, Celebration, birthday
from scheduler.calendar.lunar import lunar_year, months

SOLAR_BORN = st.dates(date(1930, 1, 1), date(2014, 12, 31)).map(lambda d: Birthday(d.month, d.day, d.year))


@st.composite
def lunar_born(draw: st.DrawFn) -> Birthday:
    """A day that there was."""
    year = draw(st.integers(1930, 2020))
    month = draw(st.sampled_from(list(months(year).values())))
    return Birthday(month.number, draw(st.integers(1, month.days)), year, True, month.leap)


LUNAR_BORN = lunar_born()
BORN = st.one_of(
    SOLAR_BORN, LUNAR_BORN, LUNAR_BORN.map(lambda b: Birthday(b.month, b.day, None, True, b.leap))
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1990-03-05", "1990-03-05"),
        ("03-05", "03-05"),
        ("3-5", "03-05"),
        ("1990/3/5", "1990-03-05"),
        ("1990.3.5", "1990-03-05"),
        ("1990年3月5日", "1990-03-05"),
        ("90年3月5号", "1990-03-05"),
        ("05年3月5号", "2005-03-05"),
        ("3月5日", "03-05"),
        ("三月五日", "03-05"),
        ("十二月三十一号", "12-31"),
        ("阳历3月5日", "03-05"),
        ("公历八月十五", "08-15"),
        ("１９９０－０３－０５", "1990-03-05"),
        (" 1990 年 3 月 5 日 ", "1990-03-05"),
        ("2月29日", "02-29"),
        ("1992-02-29", "1992-02-29"),
        ("农历八月十五", "农历八月十五"),
        ("八月十五", "农历八月十五"),
        ("八月十五日", "08-15"),
        ("阴历8月15", "农历八月十五"),
        ("旧历八月十五日", "农历八月十五"),
        ("农历8-15", "农历八月十五"),
        ("农历的八月十五", "农历八月十五"),
        ("三月十五", "农历三月十五"),
        ("三月初五", "农历三月初五"),
        ("正月初三", "农历正月初三"),
        ("腊月三十", "农历十二月三十"),
        ("冬月廿八", "农历十一月廿八"),
        ("农历二月二十八", "农历二月廿八"),
        ("农历一月一", "农历正月初一"),
        ("闰四月初三", "农历闰四月初三"),
        ("1990年农历八月十五", "1990年农历八月十五"),
        ("农历1990年8月15日", "1990年农历八月十五"),
        ("1990年八月十五 农历", "1990年农历八月十五"),
        ("1990年八月十五（农历）", "1990年农历八月十五"),
        ("1990年农历闰四月初三", "1990年农历闰四月初三"),
        ("1990年农历闰五月三十", "1990年农历闰五月三十"),
        ("一九九〇年农历冬月廿八", "1990年农历十一月廿八"),
        ("1990-08-15 农历", "1990年农历八月十五"),
    ],
)
def test_read_and_written_back(text: str, kept: str) -> None:
    assert str(birthday(text)) == kept
    assert str(birthday(kept)) == kept


@pytest.mark.parametrize(
    "text",
    ["", "  ", "生日", "春天", "13月5日", "2月30日", "1990-02-29", "3月32日", "0-0", "农历8月31", "农历十三月初一",
     "闰五月", "阳历闰四月初三", "农历阳历3月5日", "1990", "1890-03-05", "3月5日3月6日", "农历", "初五", "2月29日生"],
)  # fmt: skip
def test_no_birthday(text: str) -> None:
    with pytest.raises(ValueError, match=r"看不懂|没有"):
        birthday(text)


@pytest.mark.parametrize(
    ("kept", "days"),
    [  # each in its own years from 2024 on
        ("1990-03-05", "2024-03-05 2025-03-05 2026-03-05 2027-03-05"),
        ("1992-02-29", "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        ("02-29", "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        ("农历八月十五", "2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03"),
        # 腊月三十: 除夕 in every year, most of them short
        ("农历十二月三十", "2025-01-28 2026-02-16 2027-02-05 2028-01-25 2029-02-12 2030-02-02 2031-01-22"),
        # 闰六月 only in 2025 and 2036, else the ordinary one
        ("农历闰六月初一", "2024-07-06 2025-07-25 2026-07-14 2027-07-04"),
        ("农历六月初一", "2024-07-06 2025-06-25 2026-07-14 2027-07-04"),
        ("农历闰四月初一", "2024-05-08 2025-04-28 2026-05-17 2027-05-06"),
        ("2020年农历闰四月初一", "2024-05-08 2025-04-28 2026-05-17 2027-05-06"),
        ("农历正月初一", "2024-02-10 2025-01-29 2026-02-17 2027-02-06"),
    ],
)
def test_celebrated(kept: str, days: str) -> None:
    born = birthday(kept)
    assert [
        born.celebrated(year).isoformat() for year in range(2024, 2024 + len(days.split()))
    ] == days.split()


def test_the_leap_month_of_2033_and_what_comes_after() -> None:
    assert birthday("农历闰十一月初一").celebrated(2033) == date(2033, 12, 22)
    assert birthday("农历十一月初一").celebrated(2033) == date(2033, 11, 22)
    assert birthday("农历十二月初一").celebrated(2033) == date(2034, 1, 20)


def test_twice_or_never_in_a_solar_year_is_once_in_each_of_its_own() -> None:
    born = birthday("农历十一月廿九")
    by_solar_year = [[c.on for c in born.between(date(y, 1, 1), date(y, 12, 31))] for y in range(2024, 2036)]
    assert {len(days) for days in by_solar_year} == {0, 1, 2}
    found = list(born.between(date(2024, 2, 10), date(2035, 2, 7)))
    assert [c.year for c in found] == list(range(2024, 2035))


def test_nobody_celebrates_the_day_of_birth_itself() -> None:
    assert birthday("2010-03-05").next_from(date(2009, 1, 1)) == Celebration(2011, date(2011, 3, 5))
    assert list(birthday("2010-03-05").between(date(2010, 1, 1), date(2010, 12, 31))) == []


def test_next() -> None:
    born = birthday("03-05")
    assert born.next_from(date(2026, 3, 5)).on == date(2026, 3, 5)
    assert born.next_after(date(2026, 3, 5)).on == date(2027, 3, 5)
    assert birthday("农历十二月三十").next_after(date(2026, 2, 16)) == Celebration(2026, date(2027, 2, 5))
    assert birthday("农历正月初一").next_from(date(2026, 2, 16)) == Celebration(2026, date(2026, 2, 17))


@pytest.mark.parametrize(
    ("kept", "before"),
    [
        ("01-15", "2026-12-15"),  # over the year end
        ("03-31", "2027-02-28"),
        ("03-05", "2027-02-05"),
        ("农历正月初一", "2027-01-06"),
        ("农历十二月初八", "2026-12-15"),
    ],
)
def test_the_month_before(kept: str, before: str) -> None:
    assert birthday(kept).next_from(date(2027, 1, 1)).month_before.isoformat() == before


def test_beyond_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="只算到"):
        birthday("农历八月十五").celebrated(2100)


@given(BORN)
def test_text_and_back(born: Birthday) -> None:
    assert birthday(str(born)) == born


@given(LUNAR_BORN)
def test_a_lunar_birthday_comes_once_in_every_lunar_year(born: Birthday) -> None:
    assert born.year is not None
    last = date(2041, 1, 1)
    found = list(born.between(date(born.year, 1, 1), last))
    assert [c.year for c in found] == list(range(born.year + 1, found[-1].year + 1))
    assert found[-1].year in (2039, 2040)
    assert [lunar_year(c.on) for c in found] == [c.year for c in found]
    gaps = [(b.on - a.on).days for a, b in pairwise(found)]
    assert all(320 <= gap <= 415 for gap in gaps)  # from a leap month to the ordinary one and back


@given(BORN, st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_next_is_the_first_of_between(born: Birthday, day: date) -> None:
    later = born.next_after(day)
    assert later.on > day
    assert list(born.between(day + timedelta(days=1), later.on)) == [later]
    assert born.next_from(later.on) == later


@given(BORN, st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_the_month_before_is_in_the_month_before(born: Birthday, day: date) -> None:
    celebration = born.next_from(day)
    before, on = celebration.month_before, celebration.on
    assert (on.year * 12 + on.month) - (before.year * 12 + before.month) == 1
    assert 28 <= (on - before).days <= 31


@given(BORN, st.dates(date(2024, 1, 1), date(2039, 1, 1)), st.integers(0, 500), st.integers(0, 500))
def test_pieces_of_time_add_up(born: Birthday, first: date, days: int, cut: int) -> None:
    last, middle = first + timedelta(days=days), first + timedelta(days=min(cut, days))
    behind = list(born.between(middle + timedelta(days=1), last)) if middle < last else []
    assert [*born.between(first, middle), *behind] == list(born.between(first, last))


@given(
    st.text(max_size=20)
    | st.lists(
        st.sampled_from([*"年月日号农历阴闰正腊初廿十三五八1290-./ （)", "1990", "公历"]), max_size=10
    ).map("".join)
)
def test_any_text_is_a_birthday_or_a_value_error(text: str) -> None:
    try:
        found = birthday(text)
    except ValueError:
        return
    assert birthday(str(found)) == found
    assert found.celebrated(2026)
