"""找: customers by a word or tag, or by a condition (`handlers.selection`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply
from handlers.commands.desk import JOINT, Desk
from handlers.commands.framework import Arguments, Command, Misused, argument, listed
from handlers.commands.goods import product_meant
from handlers.commands.phrases import short
from handlers.commands.worth import figures, today_of
from handlers.selection import LONGEST, Misread, is_selection, parse
from handlers.value.alive import silence
from handlers.wording import typed
from storage.queries.selection import Moment, selected
from storage.queries.worth import Value, values_of

MOST = 10
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(lambda typed_line: typed_line.replace(JOINT, " ")),
]


class FindArguments(Arguments):
    """找 词或标签, or a condition."""

    words: Line = argument("词、标签或条件", rest=True)


def run(desk: Desk, args: FindArguments) -> list[Effect]:
    """Up to ten people with all of these words, each with where the words are; or whom a condition means."""
    if is_selection(args.words):
        return [Reply(_selected(desk, args.words))]
    words = args.words.split()
    found = desk.search(words, MOST + 1)
    if not found:
        return [Reply(f"没有找到“{short(args.words)}”。换个短一点的词，或写标签：找 敏感肌")]
    lines = [_line(one, words) for one in found[:MOST]]
    head = f"“{short(args.words)}”有 {len(lines)} 位" + ("以上，先列这些：" if len(found) > MOST else "：")
    return [Reply(f"{head}\n{listed(lines)}\n看一个：客户 {typed(found[0])}")]


def _selected(desk: Desk, typed_: str) -> str:
    """Who spent most first, each with what they are worth."""
    tiers = [tier.name for tier in desk.settings.value.tiers.levels]
    try:
        node = parse(typed_, tiers)
    except Misread as misread:
        raise Misused(f"第 {misread.at + 1} 个字起看不懂：{misread}") from misread
    today = today_of(desk)
    found = selected(desk.connection, node, Moment(desk.now, today, partial(_full_names, desk)), MOST)
    if not found.ids:
        return f"没有这样的人：{short(typed_, 60)}"
    values = values_of(desk.connection, found.ids)
    people = desk.customers(found.ids)
    lines = [_worth_line(one, values.get(one.id), today) for one in people]
    first = f"，先列买得最多的 {len(lines)} 位" if found.total > len(lines) else ""
    return f"{found.total} 位{first}：\n{listed(lines)}\n看一个：客户 {typed(people[0])}"


def _full_names(desk: Desk, product: str) -> list[str]:
    meant = product_meant(product, desk.settings.products)
    return [meant.name] if meant else []


def _worth_line(one: Customer, value: Value | None, today: date) -> str:
    if value is None or value.last_on is None:
        return f"{short(one.called)}（{one.stage}，没买过）#{one.id}"
    since = silence(value.last_on, today)
    last = f"{since} 天前买过" if since else "今天买过"
    marks = [one.stage, *([value.tier] if value.tier else []), figures(value), last]
    return f"{short(one.called)}（{'，'.join(marks)}）#{one.id}"


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
    does="按名字、标签、备注、买过的东西找人；也能写条件",
    example="找 标签=敏感肌 且 90天未购 且 消费>500",
    arguments=FindArguments,
    run=run,
    aliases=("find", "查找"),
)
