"""`python -m tests.year`: the whole year, plain or killed; says what differs from what must have come."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bot.logs import configure_logs
from storage.migrate import migrate
from tests.year.checks import amiss, pushes
from tests.year.killed import Mortal, doubtful
from tests.year.living import Life, in_process, looked_at, prepare
from tests.year.scenario import DAYS, Year, make


def main() -> int:
    """Exit code 0 if nothing differs."""
    told = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    told.add_argument("--customers", type=int, default=300)
    told.add_argument("--orders", type=int, default=2000)
    told.add_argument("--days", type=int, default=DAYS)
    told.add_argument(
        "--kills", type=int, default=0, help="kill -9 at so many random moments; 0: in this process"
    )
    told.add_argument("--seed", type=int, default=1)
    chosen = told.parse_args()
    configure_logs("ERROR")
    year = make(chosen.seed, chosen.customers, chosen.orders).first(chosen.days)
    print(f"seed {year.seed}: {len(year.buyers)} customers, {orders(year)} orders, {chosen.days} days")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        return lived(year, Path(folder), chosen.kills)


def orders(year: Year) -> int:
    """How many are placed."""
    return sum(fact.what == "order" and fact.text == "created" for fact in year.facts)


def lived(year: Year, folder: Path, kills: int) -> int:
    """Live it and print the figures."""
    migrate(f"sqlite:///{folder}/migrated.db")
    config = prepare(folder, folder / "migrated.db", year)
    begun = time.monotonic()
    died = asyncio.run(killed(config, year, kills) if kills else plain(config, year))
    took = time.monotonic() - begun
    happened = looked_at(folder / "year.db")
    unsure, untold = doubtful(folder / "year.db")
    wrong = [*untold, *(line for line in amiss(year, config, happened) if not any(u in line for u in unsure))]
    print(f"{len(pushes(happened))} greetings and offers, {len(happened.tasks)} tasks, {died} kills")  # noqa: T201
    print(f"{len(unsure)} people with an unknown message, {took:.0f} s, {len(wrong)} differences")  # noqa: T201
    print("\n".join(wrong))  # noqa: T201
    return 1 if wrong else 0


async def plain(config: Path, year: Year) -> int:
    async def live(life: Life) -> None:
        await life.live(year)

    await in_process(config, live)
    return 0


async def killed(config: Path, year: Year, kills: int) -> int:
    life = Mortal(config, year, kills, year.seed)
    try:
        await life.live(year)
        await life.end()
    finally:
        life.close()
    return life.killed


if __name__ == "__main__":
    sys.exit(main())
