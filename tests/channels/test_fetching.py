"""What people call their files, as names that can do no harm."""

from __future__ import annotations

import pytest

from bot.channels.fetching import file_name

NAME = "十一月订单.xlsx"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (NAME, NAME),
        ("../../etc/订单.csv", "订单.csv"),
        ("C:\\temp\\订单.csv", "订单.csv"),
        ("a\r\nb\x00\u202e.csv", "ab.csv"),
        ("..", "文件"),
        ("", "文件"),
        ("单" * 300 + ".xlsx", "单" * 95 + ".xlsx"),
        ("a." + "x" * 300, "a." + "x" * 98),
    ],
)
def test_names_are_harmless(told: str, name: str) -> None:
    assert file_name(told) == name and len(name) <= 100
