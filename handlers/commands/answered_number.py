"""1 发, 2 改 …, 3 跳过: what a number of the morning list is answered with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.core.effects import (
    Effect,
    Reply,
    SettleTask,
    SettleToday,
    TaskState,
    Withdraw,
)
from handlers.commands.desk import Desk
from handlers.commands.framework import level
from handlers.commands.on_the_list import midnight_in, things
from handlers.commands.things import Thing
from scheduler.calendar.days import days_after, local_date
from storage.queries import today

_LINE: Final = re.compile(
    r"(\d{1,3})[\s.、,，:：]*(发|改|跳过|跳|明[天日]|好了?|完成|办好了?)(?:[\s:：,，]+(.*))?",
    re.DOTALL,
)
_SEND, _CHANGE, _SKIP, _LATER, _DONE = "发", "改", "跳过", "明天", "好"
_VERBS: Final = {"跳": _SKIP, "明日": _LATER, "好了": _DONE, "完成": _DONE, "办好": _DONE, "办好了": _DONE}

Run = Callable[[Desk, str], list[Effect]]
"""Does what a typed line says."""


def answered(desk: Desk, line: str, do: Run) -> list[Effect] | None:
    """What `1 发` and the like lead to; None if the line is something else."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        match = _LINE.fullmatch(level(line))
    if match is None:
        return None
    number, verb, words = int(match[1]), _VERBS.get(match[2], match[2]), (match[3] or "").strip()
    row = _row(desk, number)
    if row is None:
        return [Reply(f"今天的单子上没有 {number}。发 今日 看。")]
    if row.state in ("done", "skipped"):
        return [Reply(f"{number} 已经{'办过' if row.state == 'done' else '跳过'}了。")]
    thing = next((t for t in things(desk) if t.key == (row.kind, row.ref)), None)
    if thing is None and row.state == "later":
        return [Reply(f"{number} 挪到明天了，明天的单子里有。")]
    if thing is None:
        return [SettleToday(row.day, number, "done"), Reply(f"{number} 已经办好了，不用再办。")]
    return _act(desk, row, thing, verb, words, do)


def _row(desk: Desk, number: int) -> today.Numbered | None:
    """Of today's list; before there is one, of yesterday's."""
    day = local_date(desk.now, desk.settings.shop.zone)
    rows = today.numbered(desk.connection, day) or today.numbered(desk.connection, days_after(day, -1))
    return next((row for row in rows if row.number == number), None)


def _act(desk: Desk, row: today.Numbered, thing: Thing, verb: str, words: str, do: Run) -> list[Effect]:
    match verb:
        case "跳过":
            told = Reply(f"{row.number} 跳过了。")
            return [*_settled(thing, TaskState.SKIPPED), _done(row, "skipped"), told]
        case "明天":
            return _put_off(desk, row, thing)
        case "好":
            told = Reply(f"{row.number} 记下了，办好了。")
            done = do(_with(desk, thing), thing.done) if thing.done else [told]
            return [*done, *_settled(thing, TaskState.DONE), _done(row, "done")]
        case "改" if not words:
            return [Reply(f"改成什么？打：{row.number} 改 文字")]
    said = f"{thing.edit} {words}" if verb == _CHANGE and thing.edit else thing.send if verb == _SEND else ""
    if not said:
        return [Reply(_cannot(row.number, thing))]
    effects = do(_with(desk, thing), said)
    if not _did_something(effects):
        return effects
    return [*effects, *_settled(thing, TaskState.DONE), _done(row, "done")]


def _did_something(effects: Sequence[Effect]) -> bool:
    """A command that only answers has refused, or asks back."""
    return any(not isinstance(effect, Reply) for effect in effects)


def _with(desk: Desk, thing: Thing) -> Desk:
    return replace(desk, chosen={**desk.chosen, **dict(thing.chosen)})


def _settled(thing: Thing, state: TaskState) -> list[Effect]:
    """The task, and the parked message that says the same: nobody is told twice."""
    if not thing.task:
        return []
    parked: list[Effect] = [Withdraw((thing.outbox_id,))] if thing.outbox_id is not None else []
    return [SettleTask(thing.task, state), *parked]


def _done(row: today.Numbered, state: str) -> SettleToday:
    return SettleToday(row.day, row.number, state)


def _put_off(desk: Desk, row: today.Numbered, thing: Thing) -> list[Effect]:
    told = Reply(f"{row.number} 明天再说。")
    if thing.task:
        return [SettleTask(thing.task, TaskState.LATER, midnight_in(desk, 1)), _done(row, "later"), told]
    return [_done(row, "later"), told]


def _cannot(number: int, thing: Thing) -> str:
    if thing.edit:
        return f"{number} 没有写好的话，打：{number} 改 文字"
    return f"{number} 没有他的聊天账号，我发不了。你自己说了就打：{number} 好"
