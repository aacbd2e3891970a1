"""The one thing in a report that is worth a look: what can be done something about comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.core.report import Report, Trade
from handlers.report.period import Period

FEW: Final = 3
"""Of fewer than so many complaints, marks or people lost nothing follows."""
SOME: Final = 5
"""Likewise of orders, questions and refused messages."""
ENOUGH: Final = 10
"""Likewise of people, when shares are compared."""
LOW_MARK: Final = 4.0
IN_TIME: Final = 0.8
MUCH: Final = 0.2
"""A change of revenue, or a share of messages, that is not chance or weather."""
POINTS: Final = 0.1
"""A change of a share."""


def one_thing(report: Report, period: Period) -> str:
    """One sentence with what to type; what stands first here goes first."""
    found = (look(report, period.before_name) for look in _LOOKS)
    return next((sentence for sentence in found if sentence), "都还平稳，没有要特别看的。")


def _complaints(report: Report, before: str) -> str:
    this = report.this.complained
    if this.products and this.products[0][1] >= FEW - 1:
        product, count = this.products[0]
        return f"{count} 件投诉都是说{product}，先看看这一样。总账打：投诉 统计"
    if this.opened >= FEW and this.opened >= 2 * max(report.before.complained.opened, 1):
        return f"投诉比{before}多了一倍不止。总账打：投诉 统计"
    return ""


def _late(report: Report, _: str) -> str:
    this = report.this.answers
    if this.asked < SOME or this.in_time >= IN_TIME * this.asked:
        return ""
    return f"有 {this.asked - this.in_time} 次问话过了一天还没回上。看谁在等打：待回"


def _marks(report: Report, _: str) -> str:
    given = [mark for mark in report.this.marks if mark.marks >= FEW]
    lowest = min(given, key=lambda mark: mark.mean, default=None)
    if lowest is None or lowest.mean >= LOW_MARK:
        return ""
    return f"{lowest.name}只有 {lowest.mean:.1f} 分，几样里最低，从这里改起。"


def _lost(report: Report, _: str) -> str:
    if report.this.lost < FEW or report.this.lost <= report.this.trade.new:
        return ""
    return f"走的比新来的多（{report.this.lost} 位比 {report.this.trade.new} 位）。请谁回来打：回访名单"


def _conversion(report: Report, before: str) -> str:
    this, then = report.this.asked, report.before.asked
    if min(this.people, then.people) < ENOUGH or this.share > then.share - POINTS:
        return ""
    return f"问了就买的比{before}少了（从 {then.share:.0%} 到 {this.share:.0%}）。看为什么打：未下单 统计"


def _repeat(report: Report, before: str) -> str:
    this, then = report.this.trade, report.before.trade
    if min(this.buyers, then.buyers) < ENOUGH or this.repeat > then.repeat - POINTS:
        return ""
    return f"回头客占的比{before}少了（从 {then.repeat:.0%} 到 {this.repeat:.0%}）。请谁回来打：回访名单"


def _refused(report: Report, _: str) -> str:
    refused, sent = (sum(count for _, count in counts) for counts in (report.refused, report.sent))
    if refused < SOME or refused < MUCH * (refused + sent):
        return ""
    return f"{refused} 条没发出去，多半因为{report.refused[0][0]}。想知道某一位打：为什么 名"


def _revenue(report: Report, before: str) -> str:
    this, then = report.this.trade, report.before.trade
    if then.orders and not this.orders:
        return "一单也没有，请老客回来看看。打：回访名单"
    if then.orders < SOME or not then.revenue:
        return ""
    change = float(this.revenue / then.revenue) - 1
    if abs(change) < MUCH:
        return ""
    more = "多" if change > 0 else "少"
    return f"比{before}{more}卖了 {abs(change):.0%}，主要是{_why(this, then, up=change > 0)}。"


def _why(this: Trade, then: Trade, *, up: bool) -> str:
    """Whether it is the number of orders or their size that has changed more."""
    orders = this.orders / then.orders
    size = float(this.average / then.average)
    if abs(orders - 1) >= abs(size - 1):
        return "单子多了" if up else "单子少了"
    return "每单买得多了" if up else "每单买得少了"


_LOOKS: Final[tuple[Callable[[Report, str], str], ...]] = (
    _complaints,
    _late,
    _marks,
    _lost,
    _conversion,
    _repeat,
    _refused,
    _revenue,
)
