"""没答应: what was taken for a promise was none."""

from __future__ import annotations

from bot.core.effects import Effect, MovePromise, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Word, argument
from handlers.commands.phrases import short
from handlers.commands.promises import ALL, meant, phrase, which_one
from handlers.promise_keeping import DROPPED


class NotPromisedArguments(Arguments):
    """没答应 名 [哪件]."""

    who: Word = argument("名")
    which: str = argument("哪件", optional=True, rest=True)


def run(desk: Desk, args: NotPromisedArguments) -> list[Effect]:
    """Forget it; it counts neither as kept nor as broken."""
    one = desk.customer(args.who)
    found = meant(desk, one, args.which)
    if not found:
        raise Refused(f"没有答应着 {short(one.called)} 的事。看全部打：答应")
    if len(found) > 1 and args.which not in ALL:
        return which_one(desk, f"没答应 #{one.id}", one, found)
    told = "、".join(phrase(desk, promise) for promise in found)
    dropped = [MovePromise(promise.id, one.id, DROPPED) for promise in found]
    return [*dropped, Reply(f"不记了：{short(one.called)}，{told}。")]


COMMAND = Command(
    name="没答应",
    does="机器人记错了，这件不算答应",
    example="没答应 小丽",
    arguments=NotPromisedArguments,
    run=run,
    aliases=("notpromised",),
)
