"""帮助: what can be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from bot.core.effects import Effect, Reply
from handlers.commands.desk import JOINT, Desk
from handlers.commands.framework import Arguments, Command, Refused, argument, level


class HelpArguments(Arguments):
    """帮助 [指令]."""

    command: Annotated[str, StringConstraints(max_length=100)] = argument("指令", optional=True, rest=True)


def with_help(commands: Sequence[Command]) -> tuple[Command, ...]:
    """These commands, and before them the one that explains them all."""
    everything: tuple[Command, ...] = ()

    def run(desk: Desk, args: HelpArguments) -> list[Effect]:
        return [Reply(_one(everything, args.command) if args.command else _all(everything, desk.role))]

    help_ = Command(
        name="帮助",
        does="看能做什么",
        example="帮助 发货",
        arguments=HelpArguments,
        run=run,
        aliases=("help", "菜单", "?"),
    )
    everything = (help_, *commands)
    return everything


def _all(commands: Sequence[Command], role: str) -> str:
    lines = [f"{c.usage}：{c.does}" for c in commands if role == "owner" or not c.owner_only]
    return "\n".join([*lines, "看例子：帮助 发货"])


def _one(commands: Sequence[Command], wanted: str) -> str:
    name = level(wanted.replace(JOINT, " ")).lower()
    for command in commands:
        if name in (command.name, *command.aliases):
            return f"{command.name}：{command.does}\n{command.manual}"
    raise Refused(f"没有“{wanted[:20]}”这个指令。发 帮助 看全部。")
