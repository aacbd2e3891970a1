"""撤: takes back what this seller typed last, as long as it has not left."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.delivery import Kind
from bot.core.effects import Effect, Reply, Withdraw
from handlers.commands.complaint_back import withdrawn
from handlers.commands.complaint_case import named_by
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command
from handlers.commands.phrases import fate, short
from handlers.promise_keeping import reopened, taken_back
from scheduler.settled import THINGS
from storage.queries.outbox import STILL_HERE, Unsent

_SHOWN = 5
"""So many are named; of a 群发 the others are counted."""


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """Only the latest command's messages; what has left is said to have left."""
    typed = desk.last_typed()
    here = [message for message in typed if message.status in STILL_HERE]
    if not typed:
        return [Reply("没有可以撤的。")]
    if not here:
        return [Reply(f"撤不了了，{_what(typed[-1])}：{fate(desk, typed[-1])}。")]
    lines = [f"撤回了，没有发：{_what(message)}" for message in here[:_SHOWN]]
    if len(here) > _SHOWN:
        lines.append(f"一共撤回 {len(here)} 条")
    lines += [f"撤不了了，{_what(gone)}：{fate(desk, gone)}" for gone in typed if gone not in here][:_SHOWN]
    effects, moved = withdrawn(desk, here)
    promised = _promised(desk, here)
    still = _still_true(desk, here)
    effects = [Withdraw(tuple(message.id for message in here)), *effects, *promised]
    return [*effects, Reply("\n".join([*lines, *still, *filter(None, moved)]))]


def _what(message: Unsent) -> str:
    return f"给 {short(message.called)} 的{THINGS[message.kind]}“{short(message.text)}”"


def _still_true(desk: Desk, here: Sequence[Unsent]) -> list[str]:
    """What a command has done besides sending, and 撤 leaves as it is."""
    kinds = {message.kind for message in here}
    found = ["包裹还记着；要再通知就把发货原样再发一遍。"] if Kind.NOTICE in kinds else []
    passed_on = _passed_on(desk, here)
    return found + (["这个买家还归你接着，机器人不插话；不聊了发 交还 名。"] if passed_on else [])


def _passed_on(desk: Desk, here: Sequence[Unsent]) -> list[Unsent]:
    """What was said with 回, which takes the conversation over; a complaint's words do not."""
    keys = desk.pushed_under(here)
    return [m for m in here if m.kind is Kind.RELAY and named_by(keys.get(m.id, "")) is None]


def _promised(desk: Desk, here: Sequence[Unsent]) -> list[Effect]:
    """What the words promised is no promise, and what they kept or replaced is open again."""
    words = [message for message in here if message.kind is Kind.RELAY]
    moments = {(id_, m.created_at) for m in words if (id_ := desk.whose(words).get(m.id)) is not None}
    found: list[Effect] = []
    for one in desk.customers([id_ for id_, _ in moments]):
        for at in (at for id_, at in moments if id_ == one.id):
            found += taken_back(one, at)
            found += reopened(one, desk.settled_by_words(one, at), desk.settings, desk.now)
    return found


COMMAND = Command(
    name="撤",
    does="收回你刚发的、还没送出的",
    example="撤",
    arguments=Arguments,
    run=run,
    aliases=("undo", "撤回", "撤销"),
)
