"""Buyers' lines and what they are to be read as."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.understanding import Reader
from tests.handlers.shop import READER, SHOP

FLAGS = ("greeting", "thanks", "nod", "human", "machine", "opt_out")
LINES = [
    tuple(part.strip() for part in line.split("→"))
    for line in Path(__file__).with_name("phrases.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def as_words(reader: Reader, text: str) -> set[str]:
    reading = reader.read(text)
    return {
        *(p.name[-2:] for p in reading.products),
        *reading.topics,
        *("?" + f.ask[0].split()[0] for f in reading.faqs),
        *("!" + flag for flag in FLAGS if getattr(reading, flag)),
    }


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_reads_as(text: str, expected: str) -> None:
    assert as_words(READER, text) == set(expected.split())


def test_the_table_is_worth_its_name() -> None:
    assert len(LINES) >= 150


@pytest.mark.parametrize("text", [text for text, _ in LINES])
def test_reading_does_not_wait_for_jieba(text: str) -> None:
    cold = Reader(SHOP)
    assert not cold.lexicon.cutter.warm
    # an FAQ may be guessed where jieba would have known better (你们店主 is not 门店)
    assert {w for w in as_words(cold, text) if w[0] != "?"} == {
        w for w in as_words(READER, text) if w[0] != "?"
    }


def test_products_come_in_the_order_of_their_mention() -> None:
    names = [p.name for p in READER.read("防晒、面霜、洗面奶，还有面霜").products]
    assert names == ["轻透防晒霜", "玫瑰面霜", "氨基酸洁面乳"]


def test_own_words_stay_one_token() -> None:
    cream = SHOP.products[0].model_copy(update={"aliases": ("SK-II", "a b霜", "C++霜")})
    reader = Reader(SHOP.model_copy(update={"products": (cream,)}))
    reader.lexicon.warm()
    for spelling in ("sk-ii", "SK II", "skii", "sk－ii"):
        reading = reader.read(f"你们的{spelling}多少钱")
        assert [p.name for p in reading.products] == ["玫瑰面霜"], spelling
        assert any(t.startswith("sk") and t.endswith("ii") for t in reading.tokens), reading.tokens
    assert reader.read("a b霜还有吗").tokens[0] == "a b霜"
    assert reader.read("c++霜还有吗").tokens[0] == "c++霜"
    assert not reader.read("task iis").products


def test_long_names_forgive_a_syllable_but_not_the_kind_of_thing() -> None:
    cream = SHOP.products[0].model_copy(update={"aliases": ()})
    reader = Reader(SHOP.model_copy(update={"products": (cream,)}))
    reader.lexicon.warm()
    for near in ("玫瑰霜", "玫瑰免双", "玖瑰面霜", "meigui mianshuan", "玫瑰的面霜"):
        assert reader.read(f"{near}多少钱").products, near
    for other in ("玫瑰面膜", "玫瑰精油", "面膜", "眼霜", "玫瑰花", "茉莉面霜喷雾"):
        assert not reader.read(f"{other}多少钱").products, other


def test_a_shop_without_products_and_faq_reads_too() -> None:
    bare = Reader(SHOP.model_copy(update={"products": (), "faq": ()}))
    assert bare.read("面霜多少钱").products == ()
