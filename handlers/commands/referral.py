"""介绍: who has brought whom; 介绍码: the code to hand on; 介绍榜: who has brought the most."""

from __future__ import annotations

from bot.core.customer import Customer
from bot.core.effects import DropReferral, Effect, Reply, RewardReferrer
from bot.core.namesake import Namesake
from handlers import referral
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Refused, Word, argument, listed
from handlers.commands.phrases import short
from handlers.wording import typed
from storage.queries import persons
from storage.writers.referral import brought_up

MOST = 10
NONE = ("删", "删除")


class BringArguments(Arguments):
    """介绍 老客 [新客]."""

    by: Word = argument("老客")
    newcomer: str = argument("新客", optional=True, rest=True)


def run(desk: Desk, args: BringArguments) -> list[Effect]:
    """Put the referral on record, with thanks to both and the call; 介绍 删 新客 takes it away."""
    if args.by in NONE:
        return _drop(desk, desk.customer(_word(args.newcomer)))
    by = desk.customer(args.by)
    if not args.newcomer:
        return [Reply(_of(desk, by))]
    newcomer = desk.customer(_word(args.newcomer))
    if newcomer.id == by.id:
        raise Refused("自己介绍自己不算。")
    if known := persons.who_brought(desk.connection, newcomer.id):
        [who] = desk.customers([known.by_id])
        raise Refused(
            f"{short(newcomer.called)} 已经记着是 {short(who.called)} 介绍的。"
            f"要改先打：介绍 删 {typed(newcomer)}"
        )
    if newcomer.id in brought_up(desk.connection, by.id):
        raise Refused(f"{short(by.called)} 是 {short(newcomer.called)} 那边介绍来的，不能倒过来。")
    as_known = Namesake(by.id, "", by.called)
    effects = referral.brought(newcomer, as_known, referral.How.SELLER, "", desk.settings, desk.now)
    told = (
        f"记下了：{short(newcomer.called)} 是 {short(by.called)} 介绍来的。"
        "今天两边都谢一声，过几天提醒你给新客打个电话。"
    )
    return [*effects, Reply(told)]


def _word(typed_name: str) -> str:
    if not typed_name:
        raise Misused("还差一些内容。")
    return typed_name


def _drop(desk: Desk, newcomer: Customer) -> list[Effect]:
    if persons.who_brought(desk.connection, newcomer.id) is None:
        raise Refused(f"{short(newcomer.called)} 没有记着是谁介绍的。")
    return [DropReferral(newcomer.id), Reply(f"删掉了：{short(newcomer.called)} 不记介绍人了。")]


def _of(desk: Desk, by: Customer) -> str:
    brought = persons.brought_by(desk.connection, by.id)
    if not brought:
        return f"{short(by.called)} 还没介绍过人。有人来了打：介绍 {typed(by)} 新客"
    named = desk.customers([r.customer_id for r in brought])
    owed = sum(r.rewarded_at is None for r in brought)
    lines = [
        f"{short(one.called)}，{desk.when(r.at)}，{r.how}" for one, r in zip(named, brought, strict=True)
    ]
    reward = f"\n还有 {owed} 位没谢过，谢了打：介绍榜 {typed(by)} 送了一支小样" if owed else ""
    return f"{short(by.called)} 介绍来 {len(brought)} 位：\n{listed(lines)}{reward}"


class CodeArguments(Arguments):
    """介绍码 名."""

    who: Word = argument("名", rest=True)


def run_code(desk: Desk, args: CodeArguments) -> list[Effect]:
    """The code, and a sentence to hand it on with."""
    one = desk.customer(args.who)
    own = referral.code(one.id)
    said = f"这是您的介绍码 {own}，朋友来的时候报一声，我就知道是您介绍的。"
    return [Reply(f"{short(one.called)} 的介绍码：{own}\n发给他打：回 {typed(one)} {said}")]


class LeadersArguments(Arguments):
    """介绍榜 [老客 送了什么]."""

    who: str = argument("老客", optional=True)
    reward: str = argument("送了什么", optional=True, rest=True)


def run_leaders(desk: Desk, args: LeadersArguments) -> list[Effect]:
    """Who has brought the most; with a name, note what they were given for it."""
    if args.who:
        return _reward(desk, desk.customer(args.who), args.reward)
    found = persons.leaders(desk.connection, MOST)
    if not found:
        return [Reply("还没有人介绍过新客。有了打：介绍 老客 新客")]
    named = desk.customers([id_ for id_, _, _ in found])
    lines = [
        f"{short(one.called)}：带来 {many} 位，{persons.spent_by_brought(desk.connection, one.id)} 位下过单"
        + (f"，{owed} 位没谢过" if owed else "")
        for one, (_, many, owed) in zip(named, found, strict=True)
    ]
    return [Reply(f"介绍榜：\n{listed(lines)}\n谢过了打：介绍榜 {typed(named[0])} 送了一支小样")]


def _reward(desk: Desk, one: Customer, reward: str) -> list[Effect]:
    owed = [r for r in persons.brought_by(desk.connection, one.id) if r.rewarded_at is None]
    if not owed:
        raise Refused(f"{short(one.called)} 没有还没谢过的介绍。")
    if not reward:
        raise Misused("送了什么也写上。")
    return [
        RewardReferrer(one.id, reward),
        Reply(f"记下了：{short(one.called)} 介绍来 {len(owed)} 位，{short(reward, 40)}。"),
    ]


COMMAND = Command(
    name="介绍",
    does="记下谁是谁介绍来的，两边都谢；只写一个名字就看他介绍过谁",
    example="介绍 王姐 小周",
    arguments=BringArguments,
    run=run,
    aliases=("refer",),
)
CODE = Command(
    name="介绍码",
    does="一个人的介绍码，朋友报了就知道是谁介绍的",
    example="介绍码 王姐",
    arguments=CodeArguments,
    run=run_code,
    aliases=("code",),
)
LEADERS = Command(
    name="介绍榜",
    does="谁带来的新客最多；谢过了也记在这里",
    example="介绍榜 王姐 送了一支小样",
    arguments=LeadersArguments,
    run=run_leaders,
    aliases=("leaders",),
)
