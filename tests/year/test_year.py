"""A year of a shop, message by message against the oracle; killed at random; and the month foreseen.

Here a stretch of it; the whole year of 300 customers with 200 kills is `make year` (CONTRIBUTING).
"""

from __future__ import annotations

import asyncio
import os
import random
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import foreseen
from bot.configuration import load
from bot.preview import as_json
from tests.year import checks
from tests.year.killed import Mortal, doubtful
from tests.year.living import Happened, Life, in_process, looked_at, prepare
from tests.year.scenario import make

SEED = int(os.environ.get("HUITOUKE_YEAR_SEED", "1"))


async def test_a_stretch_of_the_year_and_the_month_after_it(tmp_path: Path, sqlite_template: Path) -> None:
    year = make(SEED, customers=20, orders=400).first(32)
    config = prepare(tmp_path, sqlite_template, year)
    happened: list[Happened] = []
    promised: list[tuple[str, str, str]] = []

    async def live(life: Life) -> None:
        await life.live(year)
        happened.append(looked_at(tmp_path / "year.db"))
        promised.extend(await previewed(config))
        await life.until(year.ends + timedelta(days=30))

    await in_process(config, live)
    assert checks.amiss(year, config, happened[0]) == []
    after = checks.pushes(looked_at(tmp_path / "year.db"))[len(checks.pushes(happened[0])) :]
    assert sorted(promised) == sorted((_minute(r.at), r.who, r.text) for r in after)
    assert len(after) > 10, "a month in which hardly anything happens shows nothing"


async def previewed(config: Path) -> list[tuple[str, str, str]]:
    """What `huitouke preview --days 30` says will go out of what greets or sells."""
    settings = load(config, {})
    told = as_json(await asyncio.to_thread(foreseen, settings, 30), settings)
    pushes = [p for p in told["pushes"] if p["decision"] == "send" and p["kind"] in checks.UNASKED]
    return [(_minute(datetime.fromisoformat(p["at"])), p["customer"], p["text"]) for p in pushes]


def _minute(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


async def test_killed_again_and_again_it_is_the_same_year(tmp_path: Path, sqlite_template: Path) -> None:
    seed = int(os.environ.get("HUITOUKE_KILL_SEED", random.SystemRandom().randrange(10**6)))
    print(f"HUITOUKE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    year = make(SEED, customers=10, orders=300).first(12)
    config = prepare(tmp_path, sqlite_template, year)
    life = Mortal(config, year, kills=5, seed=seed)
    try:
        await life.live(year)
        await life.end()
    finally:
        life.close()
    assert life.killed == 5
    unsure, untold = doubtful(tmp_path / "year.db")
    assert untold == []
    amiss = checks.amiss(year, config, looked_at(tmp_path / "year.db"))
    assert [line for line in amiss if not any(who in line for who in unsure)] == []
