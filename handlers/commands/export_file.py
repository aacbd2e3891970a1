"""导出: how everything gets out as a table."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Word, argument, level

_KINDS = {"客户": "customers", "订单": "orders", "投诉": "complaints", "消息": "messages"}


class ExportArguments(Arguments):
    """导出 [客户|订单|投诉|消息]."""

    what: Word = argument("客户、订单、投诉或消息", optional=True, default="客户")


def run(desk: Desk, args: ExportArguments) -> list[Effect]:
    """No channel carries files yet, so this says where they come from."""
    kind = _KINDS.get(level(args.what).removesuffix("表"))
    if kind is None:
        raise Refused(f"没有“{args.what}”这张表。能导出：{'、'.join(_KINDS)}。例：导出 订单")
    option = "" if kind == "customers" else f" --kind {kind}"
    file = f"{level(args.what).removesuffix('表')}.xlsx"
    return [
        Reply(
            "在装机器人的电脑上运行：\n"
            f"huitouke export {file}{option}\n"
            "用 Excel、WPS 都能打开，你自己加的列也在里面。聊天里现在还发不了文件。"
        )
    ]


COMMAND = Command(
    name="导出",
    does="把客户、订单、投诉、消息存成 Excel 表",
    example="导出 订单",
    arguments=ExportArguments,
    run=run,
    aliases=("export",),
    owner_only=True,
)
