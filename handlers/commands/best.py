"""老客: who spent most (PRACTICES 66)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, argument, level, listed
from handlers.commands.phrases import short
from handlers.commands.worth import figures, today_of
from handlers.value.alive import silence
from handlers.wording import typed
from storage.queries.worth import best

USUAL, MOST = 10, 30


def _how_many(typed_: Any) -> int:
    digits = level(str(typed_)).removesuffix("位").removesuffix("个")
    if not digits.isdecimal() or not 1 <= int(digits) <= MOST:
        raise ValueError(f"几位看不懂：{str(typed_)[:20]}（1 到 {MOST}）")
    return int(digits)


class BestArguments(Arguments):
    """老客 [几位]."""

    most: Annotated[int, BeforeValidator(_how_many)] = argument("几位", optional=True, default=USUAL)


def run(desk: Desk, args: BestArguments) -> list[Effect]:
    """Most first, each with tier and when they were last here."""
    rows = {row.customer_id: row for row in best(desk.connection, args.most)}
    people = desk.customers(list(rows))
    if not people:
        return [Reply("还没有人买过。")]
    today = today_of(desk)
    lines = []
    for one in people:
        row = rows[one.id]
        marks = [mark for mark in (row.tier, f"{silence(row.last_on, today)} 天前来过") if mark]
        lines.append(f"{short(one.called)}：{figures(row)}，{'，'.join(marks)}")
    return [Reply(f"买得最多的 {len(lines)} 位：\n{listed(lines)}\n看一个：客户 {typed(people[0])}")]


COMMAND = Command(
    name="老客",
    does="买得最多的客人",
    example="老客 20",
    arguments=BestArguments,
    run=run,
    aliases=("top", "大客户"),
)
