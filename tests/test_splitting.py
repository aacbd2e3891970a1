"""Long texts in parts: nothing lost, nothing too long, nothing empty, no sign taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.splitting import split_text


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("", 10, []),
        (" \n\t", 10, []),
        (" 好 ", 10, ["好"]),
        ("一二三四", 12, ["一二三四"]),
        ("一二三四五", 12, ["一二三四", "五"]),
        ("第一句。第二句。", 15, ["第一句。", "第二句。"]),
        ("第一行\n第二行，后半", 21, ["第一行", "第二行，后半"]),
        ("甲乙丙丁，戊己庚", 18, ["甲乙丙丁，", "戊己庚"]),
        ("。一二三四五六七", 12, ["。一二三", "四五六七"]),  # a pause at the very beginning is none
        ("ab cd", 4, ["ab", "cd"]),
        ("😀😀", 4, ["😀", "😀"]),
        ("一😀", 6, ["一", "😀"]),
    ],
)
def test_where_it_is_cut(text: str, most: int, parts: list[str]) -> None:
    assert split_text(text, most) == parts


@pytest.mark.parametrize("sign", ["👩‍🔬", "👍🏽", "❤️", "é", "👨‍👩‍👧‍👦", "1️⃣"])
def test_a_sign_of_several_characters_stays_whole(sign: str) -> None:
    for most in range(max(4, len(sign.encode())), 3 * len(sign.encode())):
        parts = split_text("字" + sign * 9, most)
        assert all(part.replace("字", "").replace(sign, "") == "" for part in parts)


texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("。，\n 👩‍🔬👍🏽a"), max_size=400)


@given(texts, st.integers(4, 200))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, most: int) -> None:
    parts = split_text(text, most)
    assert all(part.strip() for part in parts)
    assert all(len(part.encode()) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    rest = text
    for part in parts:
        assert rest.lstrip().startswith(part)
        rest = rest.lstrip()[len(part) :]
    assert rest.strip() == ""


@given(texts, st.integers(4, 200))
def test_splitting_what_is_split_changes_nothing(text: str, most: int) -> None:
    parts = split_text(text, most)
    assert [piece for part in parts for piece in split_text(part, most)] == parts


def test_a_limit_that_no_character_fits_is_refused_and_does_not_hang() -> None:
    with pytest.raises(ValueError, match="3"):
        split_text("好好", 3)


def test_a_very_long_text_does_not_take_long() -> None:
    assert len(split_text("好" * 300_000, 2000)) == 451
