"""docs/care.md says of each shipped rule when it speaks, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

from bot.core.care_rules import When
from bot.core.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "care.md").read_text(encoding="utf-8")


def test_the_table_is_the_shipped_rules_in_their_order(settings: Settings) -> None:
    table = TEXT.partition("## 自带的规则")[2].partition("## 加一条")[0]
    rows = re.findall(r"(?m)^\| ([^|]+?) \| ([^|]+?) \|", table)[1:]
    assert [name.removesuffix("（平常关着）") for name, _ in rows] == [
        rule.name for rule in settings.care.rules
    ]
    off = {name.removesuffix("（平常关着）") for name, _ in rows if name.endswith("（平常关着）")}
    assert off == {rule.name for rule in settings.care.rules if not rule.enabled}
    for (name, when), rule in zip(rows, settings.care.rules, strict=True):
        if rule.after is None and rule.when is not When.QUARTER and when != "同上":
            assert f"{rule.at.hour}:{rule.at.minute:02}" in when, name


def test_every_occasion_is_named() -> None:
    assert {str(when) for when in When} <= set(re.findall(r"`([a-z_]+)`", TEXT))
