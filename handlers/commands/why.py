"""为什么: how a buyer's last words were read and by what, and why something was or was not sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.core.customer import Customer
from bot.core.delivery import Kind
from bot.core.effects import SAID_SO, Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.mislabelled import reading, shown
from handlers.commands.phrases import fate, short, thing, used
from handlers.understanding.intents import MARKS
from handlers.wording import typed
from storage.queries.care import let_go

MOST_NOT_SENT = 3
MOST_SENT = 3
LOOKED_BACK = timedelta(days=60)
"""For how long it is told what was let go."""


class WhyArguments(Arguments):
    """为什么 名."""

    who: Word = argument("名", rest=True)


def run(desk: Desk, args: WhyArguments) -> list[Effect]:
    """First the reading, then the outbox."""
    one = desk.customer(args.who)
    return [Reply("\n".join([*_reading(desk, one), *_sending(desk, one)]))]


def _reading(desk: Desk, one: Customer) -> Iterator[str]:
    said = desk.last_said(one)
    if said is None:
        yield f"{short(one.called)} 还没说过能读的话。"
        return
    yield shown(one, said, reading(said))
    if said.because not in ("", SAID_SO, MARKS):
        yield f"看的是：{short(said.because, 200)}"
    yield f"读错了打：标错 {typed(one)} 意图"


def _sending(desk: Desk, one: Customer) -> Iterator[str]:
    waiting = desk.waiting_for(one)
    for message in waiting:
        yield f"等着发的{thing(message)}“{short(message.text)}”：{fate(desk, message)}"
    if not waiting:
        yield "没有等着发给他的。"
    for message in desk.not_sent_to(one, MOST_NOT_SENT):
        what = f"{desk.when(message.created_at)} 的{thing(message)}“{short(message.text)}”"
        yield f"{what}：{fate(desk, message)}"
    for planned in let_go(desk.connection, one.id, desk.now - LOOKED_BACK, MOST_NOT_SENT):
        yield f"{desk.when(planned.due_at)} 的{planned.rule}没有发：{planned.reason}"
    yield from _unasked(desk, one)
    if reason := desk.not_allowed(one, Kind.CARE):
        yield f"现在不发问候：{reason}"


def _unasked(desk: Desk, one: Customer) -> Iterator[str]:
    """What went out that nobody asked for, what is left to the seller, and how much of the month is used."""
    for message in desk.unasked_sent_to(one, MOST_SENT):
        yield f"{thing(message)}“{short(message.text)}”：{fate(desk, message)}"
    for task in desk.left_to_me(one):
        why = f"，{task.why}" if task.why else ""
        yield f"留给你发的{task.about}{why}，照着发就行：“{task.draft}”"
    if desk.sendings(one).sent:
        yield used(desk, one)


COMMAND = Command(
    name="为什么",
    does="看最后一句是怎么读的、什么发了没发、凭什么",
    example="为什么 小丽",
    arguments=WhyArguments,
    run=run,
    aliases=("why", "为啥"),
)
