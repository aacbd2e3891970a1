"""阶段: how a customer came to be where they are; the seller alone makes an agent (PRACTICES 54-56)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer
from bot.core.effects import Effect, MoveStage, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Refused, Word, argument, level
from handlers.commands.phrases import short
from handlers.commands.worth import cycle_of, day, today_of
from handlers.value.lifecycle import Facts, Stage, agent_candidate, stage
from handlers.wording import typed
from storage.queries.worth import Value, stage_moves, value_of

MOST = 6
YES = (Stage.AGENT.value, "代理", "代理商", "agent")
NO = ("不是分销商", "不是代理", "取消", "自动")
SAID_SO = "店主确认的"


class StageArguments(Arguments):
    """阶段 名 [分销商]."""

    who: Word = argument("名")
    becomes: str = argument("分销商", optional=True)


def run(desk: Desk, args: StageArguments) -> list[Effect]:
    """Show the steps so far; or make them an agent, or no longer one."""
    becomes = level(args.becomes)
    if becomes and becomes not in YES + NO:
        raise Misused(f"{short(becomes)} 不用你定：阶段按买了多少、多久没来自己算。只有 分销商 由你说了算。")
    one = desk.customer(args.who)
    value = value_of(desk.connection, one.id)
    if not becomes:
        return [Reply("\n".join(_shown(desk, one, value)))]
    return _made_agent(desk, one) if becomes in YES else _back(desk, one, value)


def _made_agent(desk: Desk, one: Customer) -> list[Effect]:
    if one.stage == Stage.AGENT:
        raise Refused(f"{short(one.called)} 已经是分销商了。")
    moved = MoveStage(one.id, one.stage, Stage.AGENT.value, today_of(desk), SAID_SO)
    back = f"不算了发：阶段 {typed(one)} 不是分销商"
    return [moved, Reply(f"{short(one.called)} 从 {one.stage} 变成 分销商 了。{back}")]


def _back(desk: Desk, one: Customer, value: Value | None) -> list[Effect]:
    if one.stage != Stage.AGENT:
        raise Refused(f"{short(one.called)} 本来就不是分销商，是 {one.stage}。")
    today = today_of(desk)
    after, why = stage(_facts(value, agent=False), desk.settings.value.lifecycle, today)
    moved = MoveStage(one.id, one.stage, after.value, today, f"店主说不是分销商了，{why}")
    return [moved, Reply(f"{short(one.called)} 不再算分销商，现在是 {after.value}（{why}）。")]


def _facts(value: Value | None, *, agent: bool) -> Facts:
    if value is None or value.last_on is None:
        return Facts(signs=value.signs if value else 0, agent=agent)
    return Facts(value.orders, value.last_on, value.signs, agent, cycle_of(value))


def _shown(desk: Desk, one: Customer, value: Value | None) -> Iterator[str]:
    today = today_of(desk)
    yield f"{short(one.called)} 现在是 {one.stage}"
    for move in stage_moves(desk.connection, one.id, MOST):
        yield f"{day(move.day, today)} {move.before}→{move.after}：{move.reason}"
    if agent_candidate(_facts(value, agent=one.stage == Stage.AGENT), desk.settings.value.lifecycle, today):
        yield f"夸过、介绍过好几回，可以谈分销。谈成了发：阶段 {typed(one)} 分销商"


COMMAND = Command(
    name="阶段",
    does="看一个人从潜客到现在怎么走来的；谈成分销商由你定",
    example="阶段 小丽 分销商",
    arguments=StageArguments,
    run=run,
    aliases=("stage",),
)
