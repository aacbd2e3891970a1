"""未下单: who asked and has not bought, why not, and how many do (PRACTICES 45, 106)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Consultation, Customer
from bot.core.effects import CloseConsultations, Effect, Reply
from bot.core.money import show_money
from handlers.commands.asked import by_product, in_short
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Refused, Text, Word, argument, level, listed
from handlers.commands.phrases import ago, short
from handlers.wording import typed
from storage.queries.consultations import OpenConsultation

MOST = 10
"""Lines that fit a phone's screen."""
LONGEST_REASON = 40
FIGURES = ("统计", "stats")
ALL = ("", "全部", "all")


class ConsultationArguments(Arguments):
    """未下单 [名] [原因]: everybody; one buyer; one buyer whom the seller gives up."""

    who: Word = argument("名", optional=True)
    reason: Text = argument("原因", optional=True, rest=True)


def run(desk: Desk, args: ConsultationArguments) -> list[Effect]:
    """The list with its figures; figures by product; one buyer; or one buyer closed with a reason."""
    asked_for = "" if args.reason else level(args.who).lower()
    if not args.reason and asked_for in ALL:
        return [Reply(_everybody(desk))]
    if asked_for in FIGURES:
        return [Reply(by_product(desk))]
    one = desk.customer(args.who)
    if not one.consultations:
        raise Refused(f"{short(one.called)} 没有问了没下单的事。")
    if not args.reason:
        return [Reply("\n".join(_one_buyer(desk, one)))]
    return _closed(desk, one, args.reason)


def _everybody(desk: Desk) -> str:
    found = desk.open_consultations(MOST + 1)
    figures = in_short(desk)
    if not found:
        return "\n".join(filter(None, ("没有问了没下单的。", figures)))
    lines = [_line(desk, one) for one in found[:MOST]]
    more = [f"只列最近 {MOST} 条"] if len(found) > MOST else []
    first = found[0]
    name = first.called if first.called == short(first.called) else f"#{first.customer_id}"
    can = f"回话：回 {name} 文字\n不买了：未下单 {name} 原因"
    return "\n".join(filter(None, ("问了没下单的：", listed(lines), *more, figures, can)))


def _line(desk: Desk, one: OpenConsultation) -> str:
    who = f"{short(one.called)} {short(one.product) or '没说哪样'}"
    return f"{who}：{_story(desk, one)}"


def _story(desk: Desk, one: OpenConsultation | Consultation) -> str:
    """The words, the price heard, what speaks against buying, and whether they have been asked about it."""
    words = " / ".join(one.words.splitlines())
    parts = [f"“{short(words, 40)}”"]
    if one.questions > 1:
        parts.append(f"问了 {one.questions} 次")
    if one.price is not None:
        parts.append(f"报过 {show_money(one.price)}")
    parts += one.objections
    followed = f"{ago(one.followed_up_at, desk.now)}跟过" if one.followed_up_at else "还没跟"
    return "，".join((*parts, followed, ago(one.last_at, desk.now)))


def _one_buyer(desk: Desk, one: Customer) -> Iterator[str]:
    yield f"{short(one.called)} 问了没下单的："
    yield listed([f"{asked.product or '没说哪样'}：{_story(desk, asked)}" for asked in one.consultations])
    yield f"回话：回 {typed(one)} 文字"
    yield f"不买了：未下单 {typed(one)} 原因"


def _closed(desk: Desk, one: Customer, reason: str) -> list[Effect]:
    kept = short(reason, LONGEST_REASON)
    goods = "、".join(dict.fromkeys(asked.product or "没说哪样的" for asked in one.consultations))
    told = f"记下了：{short(one.called)} 问的{short(goods, 40)}没下单，因为{kept}。不再跟了。"
    return [CloseConsultations(one.id, "given_up", reason=kept), Reply(told)]


COMMAND = Command(
    name="未下单",
    does="看谁问了还没买、为什么没买（未下单 统计 按商品看）",
    example="未下单 小丽 嫌贵",
    arguments=ConsultationArguments,
    run=run,
    aliases=("consultations", "咨询"),
)
