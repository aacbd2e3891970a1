"""合并: two people on record are one; what is joined is shown first."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer
from bot.core.effects import Effect, MergeCustomers, Reply
from handlers.commands.desk import Desk, NotFound
from handlers.commands.framework import Arguments, Command, NeedsConfirmation, Refused, Word, argument
from handlers.commands.phrases import numbered, short
from handlers.profile.words import differ
from storage.queries import people, persons
from storage.writers.one_profile import word_of

MOST_ALIKE = 9


class MergeArguments(Arguments):
    """合并 甲 乙."""

    one: Word = argument("甲")
    other: Word = argument("乙", rest=True)


def run(desk: Desk, args: MergeArguments) -> list[Effect]:
    """Join two people after 确认; 拆分 undoes it."""
    first, last = _pair(desk, args)
    if first.id == last.id:
        raise Refused(f"{short(first.called)} 和 {short(args.other)} 已经是一个人了。")
    elder, younger = sorted((first, last), key=lambda one: (one.first_seen_at, one.id))
    if not desk.confirmed:
        raise NeedsConfirmation("\n".join(_preview(desk, elder, younger)))
    who = numbered(short(_called(elder, younger)), elder.id)
    told = f"合成一个人了：{who}。两边的订单、标签、聊天、投诉都在一起。\n弄错了打：拆分 #{elder.id}"
    return [MergeCustomers(elder.id, younger.id, desk.seller, "店主合并"), Reply(told)]


def _pair(desk: Desk, args: MergeArguments) -> tuple[Customer, Customer]:
    """The two that are meant; 合并 小丽 小丽 means the two of that name."""
    if args.one != args.other:
        return desk.customer(args.one), desk.customer(args.other)
    found = desk.customers(people.named(desk.connection, [args.one], MOST_ALIKE + 1))
    if len(found) == 2:
        return found[0], found[1]
    if len(found) < 2:
        raise NotFound(f"叫“{short(args.one)}”的没有两位。写两个名字，或号：合并 #3 #5")
    which = "、".join(f"{short(one.called)}#{one.id}" for one in found)
    raise Refused(f"“{short(args.one)}”有好几位：{which}\n写号，例：合并 #{found[0].id} #{found[1].id}")


def _preview(desk: Desk, elder: Customer, younger: Customer) -> Iterator[str]:
    yield "合并以后是一个人，记录全归先来的那位："
    yield _line(desk, elder)
    yield _line(desk, younger)
    yield from _unlike(elder, younger)
    holds = [
        ("退订", elder.opted_out_at or younger.opted_out_at),
        ("停发", elder.stopped_at or younger.stopped_at),
        ("红线", elder.red_line_at or younger.red_line_at),
    ]
    if strict := [name for name, since in holds if since]:
        yield f"有一边{'、'.join(strict)}过，合并后整个人都算。"


def _line(desk: Desk, one: Customer) -> str:
    where = "、".join(
        f"{account} {short(who)}" for account, who in persons.accounts_of(desk.connection, one.id)
    )
    counts = " ".join(f"{name}{n}" for name, n in persons.counts_of(desk.connection, one.id).items())
    phone = f"电话 {one.phone}" if one.phone else ""
    parts = [
        numbered(short(one.called), one.id),
        phone,
        where or "只有订单，没有账号",
        counts or "还没有记录",
    ]
    return "· " + "，".join(filter(None, parts))


def _unlike(elder: Customer, younger: Customer) -> Iterator[str]:
    """What speaks against it."""
    if differ(elder.name, younger.name):
        yield f"当心：两边名字不一样，合并后叫 {short(_word('name', elder, younger))}，两个都找得到他。"
    if elder.phone and younger.phone and elder.phone != younger.phone:
        yield f"当心：两边电话不一样，合并后用 {_word('phone', elder, younger)}，两个都找得到他。"
    if elder.address and younger.address and elder.address != younger.address:
        address = short(_word("address", elder, younger), 40)
        yield f"当心：两边地址不一样，合并后用 {address}，另一个不显示了。"


def _word(name: str, elder: Customer, younger: Customer) -> str:
    """What the merge makes of this field of both."""
    first, last = ({name: getattr(one, name), "found": one.found} for one in (elder, younger))
    return str(word_of(name, first, last))


def _called(elder: Customer, younger: Customer) -> str:
    """What the person will be called on the card."""
    return _word("name", elder, younger) or _word("nickname", elder, younger) or elder.called


COMMAND = Command(
    name="合并",
    does="两位其实是一个人，记录合到一起（先给你看，弄错了能拆）",
    example="合并 小丽 王芳",
    arguments=MergeArguments,
    run=run,
    aliases=("merge",),
)
