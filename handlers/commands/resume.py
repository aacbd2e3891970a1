"""恢复: undoes 停; nobody can undo a buyer's own opt-out."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields, StopPushes
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Word, argument, level
from handlers.commands.phrases import short
from handlers.commands.stop import ALL, for_owner


class ResumeArguments(Arguments):
    """恢复 名或全部."""

    who: Word = argument("名或全部", rest=True)


def run(desk: Desk, args: ResumeArguments) -> list[Effect]:
    """Let greetings and promotions go again; what was dropped meanwhile is not made up for."""
    if level(args.who).lower() in ALL:
        return _resume_all(desk)
    one = desk.customer(args.who)
    name = short(one.called)
    own_will = f"但 {name} 自己退订过，要等对方说恢复才会再发。" if one.opted_out_at else ""
    if not one.stopped_at:
        return [Reply(f"{name} 没有停。{own_will}{_all_still(desk)}")]
    told = own_will or f"{name} 又能收到问候和促销了。"
    return [SetFields(one.id, {"stopped_at": None}), Reply(f"恢复了。{told}{_all_still(desk)}")]


def _all_still(desk: Desk) -> str:
    return "\n不过现在全部推送都停着，要开发：恢复 全部" if desk.all_stopped() else ""


def _resume_all(desk: Desk) -> list[Effect]:
    for_owner(desk, "恢复 全部")
    if not desk.all_stopped():
        return [Reply("全部推送没有停。只停了一个人就发：恢复 名")]
    return [StopPushes(False), Reply("恢复了：问候和促销照常发，停的时候过期的不补。单独停了的人还停着。")]


COMMAND = Command(
    name="恢复",
    does="恢复问候和促销（一个人，或全部）",
    example="恢复 小丽",
    arguments=ResumeArguments,
    run=run,
    aliases=("resume",),
)
