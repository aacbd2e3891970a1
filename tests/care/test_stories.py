"""The golden stories of the calendar (tests/care/stories/*.yaml): on fixed days, every message that comes of them.

`rules` are those of config.yaml that are on. A step buys, tells a birthday, or lives `until` noon of a day, and
then `said` is all that was handed to the outbox since: whom to, by which rule, when, and words of the text.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import select
from sqlmodel import col

from bot.core.settings import Settings
from storage.db import Database
from storage.rows import ContactRow, OutboxRow
from tests.care.shop import ZONE, LivingShop, at, only

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_story(story: Path, sqlite_url: str, settings: Settings) -> None:
    told = YAML(typ="base").load(story.read_text(encoding="utf-8"))
    shop = LivingShop(Database(sqlite_url), only(settings, *told["rules"]), at(*told["begins"].split()))
    numbers, seen = count(1), 0
    for step in told["steps"]:
        match step:
            case {"buys": who, "price": price}:
                shop.order(shop.buyer(who), f"A{next(numbers)}", price=price)
            case {"born": who, "on": day}:
                shop.buyer(who, birthday=day)
            case {"until": day, "said": expected}:
                shop.live(at(day))
                new = _outbox(shop)[seen:]
                seen += len(new)
                assert [row[:3] for row in new] == [tuple(line[:3]) for line in expected]
                for row, line in zip(new, expected, strict=True):
                    assert all(word in row[3] for word in line[3:]), (row, line)
            case _:
                raise AssertionError(f"{story.name}: no such step: {step}")
    shop.database.close()


def _outbox(shop: LivingShop) -> list[tuple[Any, ...]]:
    asked = select(
        col(ContactRow.external_id), col(OutboxRow.rule), col(OutboxRow.created_at), col(OutboxRow.text)
    ).join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
    with shop.database.transaction() as connection:
        rows = connection.execute(asked.order_by(col(OutboxRow.id))).all()
    return [(r[0], r[1], f"{r[2].astimezone(ZONE):%Y-%m-%d %H:%M}", r[3]) for r in rows]
