"""The block `value`: defaults and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.value_settings import ValueSettings


def test_the_defaults_are_those_of_the_practices() -> None:
    usual = ValueSettings()
    assert usual.dormancy.months == (3, 6, 12)
    assert usual.rfm.orders == (2, 3, 5, 10)
    assert usual.kinds.big_spent == 2000
    assert usual.lifecycle.fan_orders == 3
    assert all(tier.benefits for tier in usual.tiers.levels)


def test_as_written_in_yaml() -> None:
    written = {
        "tiers": {"levels": [{"name": "银卡", "threshold": "500元", "benefits": ["包邮"]}]},
        "points": {
            "per_yuan": 0.5,
            "valid_months": "none",
            "days": [{"begins": "2026-11-11", "ends": "2026-11-12"}],
        },
        "rfm": {"spent": [50, 100, 200, "1,000"]},
        "dormancy": {"months": [2, 4], "cycles": 2},
    }
    read = ValueSettings.model_validate(written)
    assert read.tiers.levels[0].threshold == 500
    assert str(read.points.per_yuan) == "0.5"
    assert read.points.days[0].times == 2
    assert read.points.valid_months is None
    assert read.rfm.spent[3] == 1000
    assert read.dormancy.months == (2, 4)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"dormancy": {"months": [6, 3]}}, "要从小到大"),
        ({"rfm": {"orders": [2, 2, 5, 10]}}, "要从小到大"),
        ({"kinds": {"big_spent": 0}}, "要大于 0"),
        ({"kinds": {"big_spent": "很多"}}, "金额看不懂"),
        ({"lifecycle": {"regular_orders": 5}}, "loyal_orders 要比 regular_orders 大"),
        ({"lifecycle": {"lost_at_least": 24}}, "lost_at_least 不能比 lost_months 长"),
        ({"win_back": {"low": 50}}, "low 要比 high 小"),
        ({"points": {"days": [{"begins": "2026-11-12", "ends": "2026-11-11"}]}}, "ends 比 begins 还早"),
        (
            {"points": {"days": [{"begins": "2026-11-11", "ends": "2026-11-11", "times": 0.5}]}},
            "times 不能小于 1",
        ),
        ({"tiers": {"levels": [{"name": "甲", "threshold": 9, "benefits": ["包邮"]}] * 2}}, "等级名字重复"),
        (
            {
                "tiers": {
                    "levels": [
                        {"name": "甲", "threshold": 900, "benefits": ["包邮"]},
                        {"name": "乙", "threshold": 100, "benefits": ["包邮"]},
                    ]
                }
            },
            "乙 的 threshold 要比 甲 的高",
        ),
    ],
)
def test_what_cannot_be_is_said_in_chinese(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ValueSettings.model_validate(written)
