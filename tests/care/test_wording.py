"""Which words somebody gets, and which words a shop may configure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.configuration import ConfigurationFaults, load
from bot.core.care import CareRecord, CareState, Known
from bot.core.care_rules import CareRule
from bot.core.customer import Tag, TagSource
from handlers.care.checking import faults
from handlers.care.wording import choose, group_of, held_out
from tests.handlers.shop import KNOWN, NOW, SHOP
from tests.shop import SHIPPED, copy_config

RULE = CareRule.model_validate(
    {
        "name": "问候",
        "when": "birthday",
        "what": "birthday",
        "texts": ["一{name}", "二", "三"],
        "plain": ["短"],
    }
)
NOTHING: Mapping[str, str] = {}


def said(*numbers: int, days_ago: int = 20) -> CareRecord:
    settled = NOW - timedelta(days=days_ago)
    return CareRecord(
        tuple(
            Known("问候", str(n), NOW, CareState.SAID, number, "", settled)
            for n, number in enumerate(numbers)
        )
    )


def test_nobody_reads_the_same_text_twice_within_a_year() -> None:
    read: list[int] = []
    for _ in range(3):
        chosen = choose(RULE, NOTHING, KNOWN, said(*read), SHOP, NOW)
        assert chosen is not None
        read.append(chosen.number)
    assert sorted(read) == [0, 1, 2]
    assert choose(RULE, NOTHING, KNOWN, said(*read), SHOP, NOW) is None
    assert choose(RULE, NOTHING, KNOWN, said(*read, days_ago=400), SHOP, NOW) is not None


def test_an_elder_gets_the_plain_text() -> None:
    elder = replace(KNOWN, tags=(Tag("长辈", TagSource.SELLER, NOW, NOW),))
    chosen = choose(RULE, NOTHING, elder, CareRecord(), SHOP, NOW)
    assert chosen is not None and chosen.text == "短"


def test_a_text_whose_fact_is_not_known_is_left_out() -> None:
    rule = RULE.model_copy(update={"texts": ("您是{tier}", "您好")})
    chosen = choose(rule, {"tier": ""}, KNOWN, CareRecord(), SHOP, NOW)
    assert chosen is not None and chosen.text == "您好"


def test_groups_and_hold_outs_are_the_same_every_time_and_about_the_share() -> None:
    rule = RULE.model_copy(update={"variants": {"甲": ("一",), "乙": ("二",)}, "hold_out": 0.2})
    groups = [group_of(rule, n) for n in range(2000)]
    assert groups == [group_of(rule, n) for n in range(2000)]
    assert 850 < groups.count("甲") < 1150
    assert 300 < sum(held_out(rule, n) for n in range(2000)) < 500


def test_the_shipped_rules_are_without_fault() -> None:
    assert list(faults(SHOP)) == [] and len(SHOP.care.rules) > 15


WRONG = [
    ("{festival}好，愿您和家里人都平平安安。", "{festival}好，全场八折。", "八折"),
    ("上回您带走的是{goods}，一晃{months}个月了，愿您一切都好。", "您是不是出什么事了？", "是不是出什么事"),
    ("今天您生日，生日快乐，愿您天天舒心。", "生日快乐，送您优惠券。", "优惠"),
]


@pytest.mark.parametrize(("was", "becomes", "word"), WRONG, ids=[w[2] for w in WRONG])
def test_a_text_that_breaks_its_kind_stops_the_start_with_its_place_and_words(
    tmp_path: Path, was: str, becomes: str, word: str
) -> None:
    path = copy_config(tmp_path, **{was: becomes})
    with pytest.raises(ConfigurationFaults) as stopped:
        load(path, {})
    (fault,) = stopped.value.faults
    assert fault.startswith("care.rules[") and "texts[0]" in fault and f"【{word}" in fault


def test_an_unknown_festival_and_a_condition_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    path = copy_config(
        tmp_path, **{"元旦, 春节,": "元旦, 清明节, 春分节,", "audience: 挽回<40": "audience: 身高<40"}
    )
    with pytest.raises(ConfigurationFaults) as stopped:
        load(path, {})
    told = "\n".join(stopped.value.faults)
    assert "清明节" in told and "春分节" in told and "身高" in told


def test_the_shipped_file_is_the_one_that_is_checked() -> None:
    assert "care:" in SHIPPED.read_text(encoding="utf-8")
