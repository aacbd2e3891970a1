"""等级: how many are in each tier and what it brings them (PRACTICES 62, 63)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bot.core.effects import Effect, Reply
from bot.core.money import show_money
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command
from handlers.commands.worth import today_of
from storage.queries.worth import TierCount, tiers

NOBODY = TierCount(0, Decimal(0), 0)


class TierArguments(Arguments):
    """等级."""


def run(desk: Desk, _: TierArguments) -> list[Effect]:
    """Highest first."""
    return [Reply("\n".join(_lines(desk)))]


def _lines(desk: Desk) -> Iterator[str]:
    settings = desk.settings.value.tiers
    counts = tiers(desk.connection, today_of(desk) + timedelta(days=settings.remind_days))
    everybody = sum(count.customers for count in counts.values())
    if not everybody:
        yield "还没有人买过，等级都空着。"
        return
    for level in reversed(settings.levels):
        count = counts.get(level.name, NOBODY)
        soon = f"，{count.ending} 位 {settings.remind_days} 天内到期" if count.ending else ""
        yield (
            f"{level.name} {count.customers} 位，共消费 {show_money(count.spent)}{soon}"
            f"（{settings.term_months} 个月满 {show_money(level.threshold)}：{'、'.join(level.benefits)}）"
        )
    below = everybody - sum(counts.get(level.name, NOBODY).customers for level in settings.levels)
    yield f"还没到等级的 {below} 位"
    held = [level.name for level in settings.levels if level.name in counts]
    yield f"看是谁：找 等级={held[-1] if held else '无'}"


COMMAND = Command(
    name="等级",
    does="每个等级有多少人、快到期的有几位",
    example="等级",
    arguments=TierArguments,
    run=run,
    aliases=("tiers", "会员"),
)
