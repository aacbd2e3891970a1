"""导入: how a table of customers or orders gets in."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument

HOW = (
    "把客户表或订单表放到装机器人的电脑上，在那里运行：\n"
    "huitouke import 文件.xlsx\n"
    "淘宝、拼多多、京东、有赞、微店、微信小店后台导出的，和你自己记的 Excel、CSV，都照原样导，不用改表头。"
    "同一个文件导两次也不会重复；先看看不写入，后面加 --dry-run。\n"
    "聊天里发文件现在还收不了。"
)


class ImportArguments(Arguments):
    """导入."""

    file: Word = argument("文件", optional=True, rest=True)


def run(desk: Desk, args: ImportArguments) -> list[Effect]:
    """No channel carries files yet, so this says where they go."""
    return [Reply(HOW)]


COMMAND = Command(
    name="导入",
    does="把客户表、订单表（Excel、CSV）放进来",
    example="导入",
    arguments=ImportArguments,
    run=run,
    aliases=("import",),
    owner_only=True,
)
