"""停: no greetings and promotions any more, for one customer or for all."""

from __future__ import annotations

from bot.core.effects import Effect, Reply, SetFields, StopPushes
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, NeedsConfirmation, Refused, Word, argument, level
from handlers.commands.phrases import short
from handlers.wording import typed

ALL = ("全部", "所有", "所有人", "all")
STILL = "来问照样回，发货通知和你的回复照发"


class StopArguments(Arguments):
    """停 名或全部."""

    who: Word = argument("名或全部", rest=True)


def run(desk: Desk, args: StopArguments) -> list[Effect]:
    """Stop what nobody has asked for; what is about an order or a question goes on."""
    if level(args.who).lower() in ALL:
        return _stop_all(desk)
    one = desk.customer(args.who)
    if one.stopped_at:
        return [Reply(f"{short(one.called)} {desk.when(one.stopped_at)} 就停了。要恢复发：恢复 {typed(one)}")]
    return [
        SetFields(one.id, {"stopped_at": desk.now}),
        Reply(f"停了：{short(one.called)} 不再收到问候和促销。{STILL}。\n要恢复发：恢复 {typed(one)}"),
    ]


def for_owner(desk: Desk, what: str) -> None:
    """Refused, unless the owner asks."""
    if desk.role != "owner":
        raise Refused(f"{what} 只有店主能用。只停一个人可以：停 名")


def _stop_all(desk: Desk) -> list[Effect]:
    for_owner(desk, "停 全部")
    if desk.all_stopped():
        return [Reply("全部推送早就停着。要恢复发：恢复 全部")]
    if not desk.confirmed:
        raise NeedsConfirmation(f"停 全部：所有买家都不再收到问候和促销，排着的也不发了。{STILL}。")
    return [StopPushes(True), Reply(f"停了：所有买家都不再收到问候和促销。{STILL}。\n要恢复发：恢复 全部")]


COMMAND = Command(
    name="停",
    does="停问候和促销（一个人，或全部）",
    example="停 小丽",
    arguments=StopArguments,
    run=run,
    aliases=("stop",),
)
