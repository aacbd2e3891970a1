"""导入: a table that the seller has sent is read at once, and taken in when he says so."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from bot.core.effects import Effect, KeepTable, Reply, TakeTable
from bot.core.events import SellerMessage
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, argument, level
from handlers.commands.phrases import short
from storage import sent_tables
from storage.sent_tables import State

HOW = (
    "把客户表或订单表（Excel、CSV）发给我，我先试读，告诉你会导进来什么，你说导再导。"
    "微信客服、QQ 和练习场收得了文件。\n"
    "淘宝、拼多多、京东、有赞、微店、微信小店后台导出的，和你自己记的，都照原样，不用改表头；"
    "同一个文件导两次也不会重复。\n"
    "文件太大（20 MB 以上）就放到装机器人的电脑上，在那里运行：\n"
    "huitouke import 文件.xlsx"
)


def _number(typed: object) -> int:
    digits = level(str(typed)).strip().removeprefix("#")
    if not digits.isdecimal() or len(digits) > 9:
        raise ValueError(f"“{str(typed)[:10]}”不是编号，编号在试读的那条消息里")
    return int(digits)


class ImportArguments(Arguments):
    """导入 [号]."""

    number: Annotated[int | None, BeforeValidator(_number)] = argument(
        "号", optional=True, rest=True, default=None
    )


def sent(desk: Desk, message: SellerMessage) -> list[Effect]:
    """The seller has sent a file: it is fetched and read without writing anything."""
    if desk.role != "owner":
        return [Reply("表只有店主能导，这个文件没有收。")]
    return [
        KeepTable(message.account, message.payload),
        Reply("收到文件了，先试读一遍，什么都不写进去，读完告诉你。"),
    ]


def run(desk: Desk, args: ImportArguments) -> list[Effect]:
    """Take in the table of this number; without one, what waits, or how it goes."""
    if args.number is None:
        waiting = sent_tables.waiting(desk.connection)
        lines = [f"{short(name)} 还没导，要导打：导入 {number}" for number, name in waiting]
        return [Reply("\n".join([*lines, HOW]))]
    match sent_tables.known(desk.connection, args.number):
        case (State.READ, name):
            told = f"开始导入 {short(name)}，大表要一两分钟，好了告诉你。"
            return [TakeTable(args.number), Reply(told)]
        case (State.WANTED, name):
            return [Reply(f"{short(name)} 正在导，好了告诉你。")]
        case (State.DONE, name):
            return [Reply(f"{short(name)} 已经导进来了。")]
        case (State.SENT, _):
            return [Reply("这个文件还在试读，读完告诉你。")]
    raise Refused(f"没有等着导入的 {args.number}。把文件发给我，或打 导入 看有哪些。")


COMMAND = Command(
    name="导入",
    does="把客户表、订单表（Excel、CSV）放进来",
    example="导入",
    arguments=ImportArguments,
    run=run,
    aliases=("import",),
    owner_only=True,
)
