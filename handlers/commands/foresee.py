"""预览: what would go out in the days that come, and what would not and why (PRACTICES 118)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk, Foreseen
from handlers.commands.framework import Arguments, Command, Refused, argument
from handlers.commands.phrases import short

USUAL: Final = 7
_LINES: Final = 15
_WHY: Final = 5
_NOT: Final = {"hold": "先等着", "park": "送不出去", "drop": "不会发"}


class PreviewArguments(Arguments):
    """预览 [天数]."""

    days: Annotated[int, Field(ge=1, le=90)] = argument("天数", optional=True, default=USUAL)

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """7, 7天."""
        bare = line.strip().removesuffix("天").strip()
        return {"days": bare} if bare else {}


def run(desk: Desk, args: PreviewArguments) -> list[Effect]:
    """The messages by day, then what does not go, by its reason."""
    if desk.foresee is None:
        raise Refused("这里看不了预览。")
    foreseen = desk.foresee(desk.connection, desk.now, args.days)
    return [Reply("\n".join(_told(desk, foreseen, args.days)))]


def _told(desk: Desk, foreseen: Foreseen, days: int) -> Iterator[str]:
    going = [row for row in foreseen.rows if row.decision == "send"]
    others = [row for row in foreseen.rows if row.decision != "send"]
    if not foreseen.rows:
        yield f"{days} 天里没有要主动发的。"
        return
    yield f"{days} 天里会发 {len(going)} 条，{len({row.customer_id for row in going})} 位："
    for row in going[:_LINES]:
        rule = row.rule or "通知"
        yield f"{desk.when(row.at)} {short(row.customer)} {rule}：{short(row.text, 24)}"
    if len(going) > _LINES:
        yield f"后面还有 {len(going) - _LINES} 条"
    if others:
        yield f"另有 {len(others)} 条发不了："
        counted = Counter((row.decision, row.reason) for row in others)
        for (decision, reason), count in counted.most_common(_WHY):
            yield f"{count} 条{_NOT[decision]}：{reason}"


COMMAND = Command(
    name="预览",
    does="看往后几天会发给谁什么、哪些不发和为什么（平常 7 天）",
    example="预览 30",
    arguments=PreviewArguments,
    run=run,
    aliases=("preview",),
)
