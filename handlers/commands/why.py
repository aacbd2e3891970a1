"""为什么: how a buyer's last words were read and by what, and why something was or was not sent."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer
from bot.core.delivery import Kind
from bot.core.effects import SAID_SO, Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument
from handlers.commands.mislabelled import reading, shown
from handlers.commands.phrases import THINGS, fate, short, typed

MOST_NOT_SENT = 3


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
    if said.because not in ("", SAID_SO):
        yield f"看的是：{short(said.because, 200)}"
    yield f"读错了打：标错 {typed(one)} 意图"


def _sending(desk: Desk, one: Customer) -> Iterator[str]:
    waiting = desk.waiting_for(one)
    for message in waiting:
        yield f"等着发的{THINGS[message.kind]}“{short(message.text)}”：{fate(desk, message)}"
    if not waiting:
        yield "没有等着发给他的。"
    for message in desk.not_sent_to(one, MOST_NOT_SENT):
        what = f"{desk.when(message.created_at)} 的{THINGS[message.kind]}“{short(message.text)}”"
        yield f"{what}：{fate(desk, message)}"
    if reason := desk.not_allowed(one, Kind.CARE):
        yield f"现在不发问候：{reason}"


COMMAND = Command(
    name="为什么",
    does="看最后一句是怎么读的、什么发了没发、凭什么",
    example="为什么 小丽",
    arguments=WhyArguments,
    run=run,
    aliases=("why", "为啥"),
)
