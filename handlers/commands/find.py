"""找: customers by a word or tag."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument, listed
from handlers.commands.phrases import short, typed

MOST = 10


class FindArguments(Arguments):
    """找 词或标签."""

    words: Word = argument("词或标签", rest=True)


def run(desk: Desk, args: FindArguments) -> list[Effect]:
    """Up to ten people with all of these words, each with where the words are."""
    words = args.words.split()
    found = desk.search(words, MOST + 1)
    if not found:
        return [Reply(f"没有找到“{short(args.words)}”。换个短一点的词，或写标签：找 敏感肌")]
    lines = [_line(one, words) for one in found[:MOST]]
    head = f"“{short(args.words)}”有 {len(lines)} 位" + ("以上，先列这些：" if len(found) > MOST else "：")
    return [Reply(f"{head}\n{listed(lines)}\n看一个：客户 {typed(found[0])}")]


def _line(one: Customer, words: list[str]) -> str:
    return f"{short(one.called)}（{'，'.join(_why(one, words)) or one.stage}）#{one.id}"


def _why(one: Customer, words: list[str]) -> Iterator[str]:
    """Where each word stands on record; names speak for themselves."""
    places = [
        *(("标签 ", tag.name) for tag in one.tags),
        *(("买过 ", item.product) for order in one.orders for item in order.items),
        ("昵称 ", one.nickname if one.name else ""),
        ("备注 ", one.note),
        ("电话 ", one.phone),
        ("地址 ", one.address),
    ]
    for word in words:
        place = next((where + short(text) for where, text in places if word.lower() in text.lower()), "")
        if place:
            yield place


COMMAND = Command(
    name="找",
    does="按名字、标签、备注、买过的东西找人",
    example="找 敏感肌",
    arguments=FindArguments,
    run=run,
    aliases=("find", "查找"),
)
