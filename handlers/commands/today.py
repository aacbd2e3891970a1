"""今日: at most ten numbered things that wait for the seller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from bot.core.customer import Customer
from bot.core.delivery import UNASKED
from bot.core.effects import (
    Effect,
    NumberToday,
    Reply,
)
from handlers.care.kinds import KINDS
from handlers.commands import in_passing
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command
from handlers.commands.on_the_list import midnight_in, things
from handlers.commands.phrases import short
from handlers.commands.things import Thing
from handlers.selection import parse
from scheduler.calendar.days import local_date
from storage.load import unwanted
from storage.queries import selection, today

MOST: Final = 10
_NAMED: Final = 3
_LOOKED_AT: Final = 200


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """The list as it stands; what has a number keeps it."""
    text, effects = listing(desk)
    return [*effects, Reply(text or "今天没有要你办的事。")]


def listing(desk: Desk) -> tuple[str, list[Effect]]:
    """The list in words (empty: nothing waits), and the numbers that are new."""
    day = local_date(desk.now, desk.settings.shop.zone)
    known = today.numbered(desk.connection, day)
    numbers = {(row.kind, row.ref): row for row in known}
    there = {thing.key: thing for thing in things(desk)}
    open_ones = [(n.number, there[key]) for key, n in numbers.items() if n.state == "open" and key in there]
    new = [thing for key, thing in there.items() if key not in numbers]
    first = max((row.number for row in known), default=0) + 1
    added = list(enumerate(new[: max(MOST - len(open_ones), 0)], first))
    lines = [f"{number} {thing.line}" for number, thing in (*sorted(open_ones, key=_number)[:MOST], *added)]
    effects: list[Effect] = [NumberToday(day, n, t.kind, t.ref, t.customer_id) for n, t in added]
    if not lines and not known:
        return "\n".join(_besides(desk, day)), effects
    head = f"今日 {day.month}月{day.day}日，{len(lines)} 件：" if lines else "今天的都办好了。"
    done = [str(n.number) for key, n in numbers.items() if n.state != "later" and _is_over(n, key in there)]
    left = len(new) - len(added)
    more = [f"还有 {left} 件，办掉几件再打 今日"] if left > 0 else []
    finished = [f"办过了：{'、'.join(done)}"] if done else []
    how = ["回：1 发，或 1 改 文字、1 跳过、1 明天、1 好（自己办了）"] if lines else []
    return "\n".join([head, *lines, *more, *finished, *_besides(desk, day), *how]), effects


def _number(one: tuple[int, Thing]) -> int:
    return one[0]


def _is_over(row: today.Numbered, still_there: bool) -> bool:
    return row.state != "open" or not still_there


def _besides(desk: Desk, day: date) -> Iterator[str]:
    """What the bot does itself today, and whom nobody has spoken to for long (PRACTICES 147)."""
    if mine := _mine(desk):
        yield f"今天我来说：{'；'.join(f'{rule} {_some(people)}' for rule, people in mine.items())}"
    yield from in_passing.how_many(desk)
    if day.isoweekday() == 1:
        days = desk.settings.care.morning.quiet_days
        condition = f"订单数>0 且 未联系={days}天"
        asked = selection.Moment(desk.now, day)
        if count := today.how_many(desk.connection, parse(condition), asked):
            yield f"{days} 天没联系的有 {count} 位，看是谁：找 {condition}"


def _mine(desk: Desk) -> dict[str, list[Customer]]:
    """By rule, whom the bot means to speak to today; nobody to whom the rule's kind may not go at all.

    Who is only to wait (month, rest) is among them: what becomes of each is said by 预览.
    """
    planned = today.foreseen(desk.connection, desk.now, midnight_in(desk, 1), _LOOKED_AT)
    people = {one.id: one for one in desk.customers(list({who for _, who in planned}))}
    closed = {one.id for one in people.values() if unwanted(desk.connection, one)}
    mine: dict[str, list[Customer]] = {}
    for name, who in planned:
        rule, one = desk.settings.care.rule(name), people.get(who)
        kind = KINDS[rule.what].kind if rule else None
        if kind is None or one is None or not one.contact.is_somewhere:
            continue
        if kind not in UNASKED or who not in closed:
            mine.setdefault(name, []).append(one)
    return mine


def _some(people: Sequence[Customer]) -> str:
    names = "、".join(short(one.called, 8) for one in people[:_NAMED])
    return names + (f" 等 {len(people)} 位" if len(people) > _NAMED else "")


COMMAND = Command(
    name="今日",
    does="今天要你办的事，最多十件；回 1 发、1 改 文字、1 跳过、1 明天",
    example="今日",
    arguments=Arguments,
    run=run,
    aliases=("today", "今天"),
)
