"""Tracking numbers and whose they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.couriers import COURIERS, courier_named, couriers_of, looks_wrong, split_glued, tracking_number


@pytest.mark.parametrize(
    ("number", "courier"),
    [
        ("SF1234567890123", "顺丰"),
        ("YT8812345678901", "圆通"),
        ("75312345678901", "中通"),
        ("78812345678901", "中通"),
        ("773123456789012", "申通"),
        ("4312345678901", "韵达"),
        ("312345678901234", "韵达"),
        ("JT3012345678901", "极兔"),
        ("JDVB12345678901", "京东"),
        ("JD0012345678901", "京东"),
        ("DPK202112345678", "德邦"),
        ("EA123456789CN", "EMS"),
        ("1012345678901", "EMS"),
        ("9812345678901", "邮政"),
        ("RA123456789CN", "邮政"),
        ("KY4000123456789", "跨越"),
    ],
)
def test_the_shape_says_whose_it_is(number: str, courier: str) -> None:
    assert couriers_of(number) == (courier,)


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "628312345678",
        "123456789012",
        "20261121",
        "12345678",
        "SF123",
        "1732173217321",
        "ABCDEFGH1",
    ],
)
def test_a_shape_that_says_nothing_names_nobody(number: str) -> None:
    assert couriers_of(number) == ()


@given(st.from_regex(r"[0-9A-Z]{8,30}", fullmatch=True))
def test_no_number_belongs_to_two(number: str) -> None:
    assert len(couriers_of(number)) <= 1


def test_no_word_means_two_couriers() -> None:
    words = [w.lower() for c in COURIERS for w in {c.name.lower(), *c.aliases}]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("word", "courier"),
    [
        ("顺丰", "顺丰"),
        ("顺丰速运", "顺丰"),
        ("顺风", "顺丰"),
        ("ＳＦ", "顺丰"),
        ("圆通速递", "圆通"),
        ("中通快递", "中通"),
        ("ems", "EMS"),
        ("京东物流", "京东"),
        ("中国邮政", "邮政"),
        ("邮政包裹", "邮政"),
        ("小明", ""),
        ("", ""),
    ],
)
def test_what_sellers_call_couriers(word: str, courier: str) -> None:
    assert courier_named(word) == courier


def test_a_courier_glued_to_its_number() -> None:
    assert split_glued("顺丰SF1234567890123") == ("顺丰", "SF1234567890123")
    assert split_glued("中通快递75312345678901") == ("中通", "75312345678901")
    assert split_glued("小明75312345678901") == ("", "小明75312345678901")


def test_a_number_is_levelled() -> None:
    assert tracking_number("ｓｆ１２３４５６７８９０１２３") == "SF1234567890123"
    assert tracking_number("JDVB12345678901-1-1-") == "JDVB12345678901"


@pytest.mark.parametrize(
    "word", ["", "1234567", "A" * 31, "1" * 31, "ABCDEFGH", "SF12345；DROP", "顺丰12345678"]
)
def test_what_is_no_number(word: str) -> None:
    with pytest.raises(ValueError, match="不像快递单号"):
        tracking_number(word)


def test_what_can_hardly_be_right() -> None:
    assert "手机号" in looks_wrong("顺丰", "13812345678")
    assert "圆通" in looks_wrong("顺丰", "YT8812345678901")
    assert looks_wrong("顺丰", "SF1234567890123") == ""
    assert looks_wrong("圆通", "123456789012") == ""
