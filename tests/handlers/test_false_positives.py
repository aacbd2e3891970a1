"""Ordinary sentences name no product, opt nobody out and fetch nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.shop import READER

ORDINARY = Path(__file__).with_name("ordinary.txt").read_text("utf-8").split("\n")[:-1]
FRAMES = ("{}", "{}吗", "{}多少钱", "你好，{}，怎么卖")


def test_there_are_enough_of_them() -> None:
    assert len(ORDINARY) >= 100


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("frame", FRAMES)
def test_no_product_in_ordinary_talk(frame: str, text: str) -> None:
    reading = READER.read(frame.format(text))
    assert [p.name for p in reading.products] == []
    assert not (reading.opt_out or reading.human or reading.machine)
