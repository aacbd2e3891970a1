"""改期: what was promised will be done at another time, and the buyer hears of it if the seller agrees."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from bot.core.customer import Customer, OpenPromise
from bot.core.effects import AskSeller, Effect, MovePromise, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Word, argument
from handlers.commands.phrases import short
from handlers.commands.promises import judged_lately, meant, phrase, which_one
from handlers.promise_keeping import made_promise
from handlers.promise_times import due_when, reminder_at
from handlers.promise_words import apology, pledge


class PostponeArguments(Arguments):
    """改期 名 日期."""

    who: Word = argument("名")
    when: Annotated[str, StringConstraints(min_length=1, max_length=40)] = argument("日期", rest=True)


def run(desk: Desk, args: PostponeArguments) -> list[Effect]:
    """Set the new time. A draft for the buyer goes out after 确认; what was broken stays so on record."""
    one = desk.customer(args.who)
    due_at = due_when(args.when, desk.settings, desk.now)
    if due_at is None:
        raise Misused(f"“{short(args.when)}”没看懂，或者已经过了。")
    found = meant(desk, one)
    if len(found) > 1:
        return which_one(desk, f"改期 #{one.id} {args.when}", one, found)
    promise = found[0] if found else judged_lately(desk, one).promise
    moved = _moved(desk, one, promise, due_at) if found else _anew(desk, one, promise, due_at)
    new = pledge(promise.what, promise.words, due_at, desk.settings, desk.now)
    draft = apology(promise, desk.settings, desk.now, due_at)
    # whatever the draft says of times is on record with this command: see `reply.run`
    ask = {"kind": "confirm", "line": f"回 #{one.id} {draft}", "chosen": {}}
    told = f"改了：{short(one.called)}，{phrase(desk, promise)} → {new}。"
    offer = f"跟他说一声就回 确认，我这样发：\n{draft}"
    return [moved, AskSeller(desk.seller, ask), Reply(f"{told}\n{offer}")]


def _moved(desk: Desk, one: Customer, promise: OpenPromise, due_at: datetime) -> Effect:
    ring_at = reminder_at(desk.settings, desk.now, due_at)
    return MovePromise(promise.id, one.id, ring_at=ring_at, due_at=due_at)


def _anew(desk: Desk, one: Customer, promise: OpenPromise, due_at: datetime) -> Effect:
    return made_promise(one.id, promise.what, promise.words, desk.seller, due_at, desk.settings, desk.now)


COMMAND = Command(
    name="改期",
    does="答应的事换个时间",
    example="改期 小丽 明天",
    arguments=PostponeArguments,
    run=run,
    aliases=("postpone",),
)
