"""Opting out is a whole message, never a part of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.shop import READER

OUT, STAY = (
    part.split("\n")[1:-1]
    for part in Path(__file__).with_name("opt_out.txt").read_text("utf-8").removeprefix("#").split("#")
)


@pytest.mark.parametrize("text", OUT)
def test_a_whole_message_opts_out(text: str) -> None:
    assert READER.read(text).opt_out


@pytest.mark.parametrize("text", STAY)
def test_what_only_resembles_it_does_not(text: str) -> None:
    assert not READER.read(text).opt_out


def test_one_of_several_pieces_is_enough() -> None:
    assert READER.read("你好\n退订").opt_out
