"""生日: solar or lunar, with or without the year."""

from __future__ import annotations

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply, SetFields
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Word, argument, level
from handlers.commands.phrases import short
from handlers.wording import typed
from storage.sheets.moments import birthday

NONE = ("删", "删除", "没有", "清空")


class BirthdayArguments(Arguments):
    """生日 名 [日期]."""

    who: Word = argument("名")
    day: str = argument("日期", optional=True, rest=True)


def run(desk: Desk, args: BirthdayArguments) -> list[Effect]:
    """Write it down as the seller's word; without a day, show it."""
    one = desk.customer(args.who)
    if not args.day:
        return [Reply(_shown(one))]
    if level(args.day) in NONE:
        return [*_written(one, ""), Reply(f"{short(one.called)} 的生日删掉了。")]
    day = read_day(args.day)
    was = f"（原来是 {one.birthday}）" if one.birthday not in ("", day) else ""
    return [*_written(one, day), Reply(f"记下了：{short(one.called)} 的生日 {day}{was}")]


def read_day(typed_day: str) -> str:
    """As it is kept: 1990-03-05, 03-05, 农历八月十五; Misused for what is no day."""
    try:
        day = birthday(typed_day)
    except ValueError as wrong:
        raise Misused(str(wrong)) from wrong
    if not day:
        raise Misused(f"“{short(typed_day)}”看不出是哪一天（例：3月5日、1990-03-05、农历八月十五）")
    return day


def _shown(one: Customer) -> str:
    if one.birthday:
        return f"{short(one.called)} 的生日：{one.birthday}"
    return f"还不知道 {short(one.called)} 的生日。知道了打：生日 {typed(one)} 3月5日"


def _written(one: Customer, day: str) -> list[Effect]:
    """What the seller says is no finding of the bot any more."""
    found = {name: said for name, said in one.found.items() if name != "birthday"}
    return [SetFields(one.id, {"birthday": day, "found": found})]


COMMAND = Command(
    name="生日",
    does="记一个人的生日，公历农历都行，不知道哪年就不写",
    example="生日 小丽 农历八月十五",
    arguments=BirthdayArguments,
    run=run,
    aliases=("birthday",),
)
