"""做到: what was promised has been done, by hand or elsewhere."""

from __future__ import annotations

from datetime import datetime

from bot.core.customer import Customer
from bot.core.effects import Effect, MovePromise, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.phrases import short
from handlers.commands.promises import ALL, judged_lately, meant, phrase, which_one
from handlers.promise_keeping import KEPT, reopened, taken_back
from handlers.promise_words import span
from storage.queries.promises import settled_by_words


class KeptArguments(Arguments):
    """做到 名 [哪件]."""

    who: Word = argument("名")
    which: str = argument("哪件", optional=True, rest=True)


def run(desk: Desk, args: KeptArguments) -> list[Effect]:
    """Record it; one that was held to be broken is kept after all, late."""
    one = desk.customer(args.who)
    found = meant(desk, one, args.which)
    if len(found) > 1 and args.which not in ALL:
        return which_one(desk, f"做到 #{one.id}", one, found)
    if found:
        done = "、".join(phrase(desk, promise) for promise in found)
        moved = [MovePromise(promise.id, one.id, KEPT) for promise in found]
        return [*moved, Reply(f"记下了，做到了：{short(one.called)}，{done}。")]
    last = judged_lately(desk, one)
    what = f"{short(one.called)}，{phrase(desk, last.promise)}"
    if last.state == KEPT:
        return [Reply(f"早就记着做到了：{what}。")]
    late = span(desk.now - last.promise.due_at)
    return [
        MovePromise(last.promise.id, one.id, KEPT),
        Reply(f"记下了，晚了 {late}，做到了：{what}。"),
    ]


def unsaid(desk: Desk, one: Customer, created_at: datetime) -> list[Effect]:
    """The seller's words to this customer, written to the outbox at `created_at`, were taken back (撤).

    What they promised is dropped, what they had kept or replaced is open again. For words only (RELAY):
    a shipping notice taken back leaves the parcel, and so the promise kept.
    """
    before = settled_by_words(desk.connection, one.id, created_at)
    return [*taken_back(one, created_at), *reopened(one, before, desk.settings, desk.now)]


COMMAND = Command(
    name="做到",
    does="答应的事办好了（有几件就写哪件，或 全部）",
    example="做到 小丽",
    arguments=KeptArguments,
    run=run,
    aliases=("kept",),
)
