"""The block `limits`: nothing that can be misread ever becomes "everything blocked"."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.configuration import load
from bot.core.care_settings import CareLimits
from bot.core.ledger import Limits
from bot.core.settings import Settings
from tests.shop import SHIPPED


def test_the_shipped_limits_are_the_decided_ones(settings: Settings) -> None:
    assert settings.care_limits == Limits(
        cap=3,
        gap=timedelta(days=3),
        quiet=(time(21, 30), time(8, 30)),
        spread=timedelta(hours=1),
        wait=timedelta(days=7),
    )


def without_limits(text: str) -> str:
    head, _, rest = text.partition("limits:\n")
    return head + rest[rest.index("conversation:") :]


def test_without_the_block_they_are_the_same(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(without_limits(SHIPPED.read_text(encoding="utf-8")), encoding="utf-8")
    assert load(path, {}).care_limits == settings.care_limits


@pytest.mark.parametrize(
    ("block", "word"),
    [
        ({}, "monthly_cap"),
        ({"monthly_cap": None}, "空着不行"),
        ({"monthly_cap": ""}, "空着不行"),
        ({"monthly_cap": 0}, "不能是 0"),
        ({"monthly_cap": "0"}, "不能是 0"),
        ({"monthly_cap": -1}, "monthly_cap"),
        ({"monthly_cap": "三"}, "monthly_cap"),
        ({"monthly_cap": 3, "quiet": "9点到8点"}, "时段看不懂"),
        ({"monthly_cap": 3, "quiet": "25:00-8:00"}, "没有这个时间"),
        ({"monthly_cap": 3, "quiet": "8:00-8:00"}, "两头一样"),
        ({"monthly_cap": 3, "min_gap": "40d"}, "最多隔 31 天"),
        ({"monthly_cap": 3, "wait": "0s"}, "大于 0"),
        ({"monthly_cap": 3, "spread": "9h"}, "6 小时"),
        ({"monthly_cap": 3, "daily": {"oa": 0}}, "daily"),
        ({"monthly_cap": 3, "mothly_cap": 3}, "mothly_cap"),
    ],
)
def test_what_is_no_limit_is_an_error_at_start(block: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        CareLimits.model_validate(block)
    assert word in str(wrong.value)


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        ("none", None),
        ("21:30-8:30", (time(21, 30), time(8, 30))),
        ("22：00－24：00", (time(22), time(0))),
        ("0:00-7:00", (time(0), time(7))),
    ],
)
def test_quiet_hours(quiet: str, expected: tuple[time, time] | None) -> None:
    assert CareLimits.model_validate({"monthly_cap": "none", "quiet": quiet}).quiet == expected


def test_none_is_no_limit() -> None:
    assert CareLimits.model_validate({"monthly_cap": "none"}).monthly_cap is None


def test_a_daily_limit_of_an_account_that_there_is_not(settings: Settings) -> None:
    data = settings.model_dump()
    data["limits"] = {"monthly_cap": 3, "daily": {"nowhere": 5}}
    with pytest.raises(ValidationError, match="accounts 里没有 nowhere"):
        Settings.model_validate(data)
