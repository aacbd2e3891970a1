"""撤: takes back what this seller typed last, as long as it has not left."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.delivery import Kind
from bot.core.effects import Effect, Reply, Withdraw
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command
from handlers.commands.phrases import THINGS, fate, short
from storage.queries.outbox import STILL_HERE, Unsent


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """Only the latest command's messages; what has left is said to have left."""
    typed = desk.last_typed()
    here = [message for message in typed if message.status in STILL_HERE]
    if not typed:
        return [Reply("没有可以撤的。")]
    if not here:
        return [Reply(f"撤不了了，{_what(typed[-1])}：{fate(desk, typed[-1])}。")]
    lines = [f"撤回了，没有发：{_what(message)}" for message in here]
    lines += [f"撤不了了，{_what(gone)}：{fate(desk, gone)}" for gone in typed if gone not in here]
    told = "\n".join([*lines, *_still_true(here)])
    return [Withdraw(tuple(message.id for message in here)), Reply(told)]


def _what(message: Unsent) -> str:
    return f"给 {short(message.called)} 的{THINGS[message.kind]}“{short(message.text)}”"


def _still_true(here: Sequence[Unsent]) -> list[str]:
    """What a command has done besides sending, and 撤 leaves as it is."""
    kinds = {message.kind for message in here}
    found = ["包裹还记着；要再通知就把发货原样再发一遍。"] if Kind.NOTICE in kinds else []
    return found + (["这个买家还归你接着，机器人不插话；不聊了发 交还 名。"] if Kind.RELAY in kinds else [])


COMMAND = Command(
    name="撤",
    does="收回你刚发的、还没送出的",
    example="撤",
    arguments=Arguments,
    run=run,
    aliases=("undo", "撤回", "撤销"),
)
