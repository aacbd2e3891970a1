"""A report as it is read on a phone: a line a matter, in brackets what it was the time before.

What is nothing and was nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from bot.core.money import show_money
from bot.core.report import Came, Counts, Report, Stretch, Trade
from handlers.reply_words import waited_for
from handlers.report.one_thing import one_thing
from handlers.report.period import Period

MOST: Final = 3
"""Of a list of reasons."""
LOOKED_BACK: Final = 90
"""Days in which people are given time to buy again."""


def text(report: Report, period: Period) -> str:
    """The report; empty if there is nothing at all to report."""
    if report == Report(recovered=report.recovered, trials=report.trials):
        return ""  # those are of long ago
    compared = f"，括号里是{period.before_name}" if report.before != Stretch() else ""
    head = f"{period.name} {_day(period.this.first)}–{_day(period.this.last)}{compared}"
    return "\n".join([head, *_lines(report), f"看这一样：{one_thing(report, period)}"])


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _lines(report: Report) -> Iterator[str]:
    this, before = report.this, report.before
    yield from _trade(this.trade, before.trade)
    if this.lost:
        yield f"流失 {this.lost} 位{_was(before.lost, '位')}"
    yield from _asked(this, before)
    yield from _complained(this, before)
    if report.recovered:
        yield f"近 {LOOKED_BACK} 天投诉完又买的：{'，'.join(map(_came, report.recovered))}"
    yield from _answered(this, before)
    yield from _marked(this, before)
    if report.staff:
        yield f"谁在回：{'、'.join(f'{name} {count} 位' for name, count in report.staff)}"
    yield from _sent(report)
    for trial in report.trials:
        yield f"试“{trial.rule}”，后来又买的：{'，'.join(map(_came, trial.groups))}"


def _trade(this: Trade, before: Trade) -> Iterator[str]:
    if not this.orders:
        if before.orders:
            yield f"一单也没有{_was(before.orders, '单')}"
        return
    yield f"卖了 {show_money(this.revenue)}{_grown(this, before)}"
    was = _in(show_money(before.average)) if before.orders else ""
    yield f"{this.orders} 单{_was(before.orders, '单')}，每单 {show_money(this.average)}{was}"
    parts = [f"新客 {this.new} 位{_was(before.new, '位')}"] if this.new else []
    if this.returning:
        share = _in(f"{before.repeat:.0%}") if before.buyers else ""
        parts.append(f"回头客 {this.returning} 位{_was(before.returning, '位')}，占 {this.repeat:.0%}{share}")
    yield f"{this.buyers} 位来买：{'，'.join(parts)}"


def _grown(this: Trade, before: Trade) -> str:
    if not before.revenue:
        return ""
    change = round(100 * (float(this.revenue / before.revenue) - 1))
    word = f"，{'多' if change > 0 else '少'} {abs(change)}%" if change else "，一样多"
    return _in(f"{show_money(before.revenue)}{word}")


def _asked(this: Stretch, before: Stretch) -> Iterator[str]:
    asked = this.asked
    if not asked.people:
        return
    was = _in(f"{before.asked.share:.0%}") if before.asked.people else ""
    why = f"。没买因为：{_most(asked.reasons)}" if asked.reasons else ""
    count = f"{asked.people} 位先问{_was(before.asked.people, '位')}"
    yield f"{count}，{asked.ordered} 位下单，占 {asked.share:.0%}{was}{why}"


def _complained(this: Stretch, before: Stretch) -> Iterator[str]:
    of_this = this.complained
    was = _was(before.complained.opened, "件")
    if not of_this.opened:
        if was:
            yield f"没有投诉{was}"
        return
    still_open = f"，还开着 {of_this.still_open} 件" if of_this.still_open else ""
    yield f"投诉 {of_this.opened} 件{was}{still_open}：{_most(of_this.problems)}"
    if of_this.causes:
        yield f"查到的原因：{_most(of_this.causes)}"
    if of_this.endings:
        yield f"投诉的结果：{_most(of_this.endings)}"


def _came(group: Came) -> str:
    share = f"（{group.came / group.people:.0%}）" if group.came else ""
    return f"{group.name} {group.people} 位里 {group.came} 位{share}"


def _answered(this: Stretch, before: Stretch) -> Iterator[str]:
    answers, then = this.answers, before.answers
    if answers.half is None:
        return
    was = _in(waited_for(then.half)) if then.half is not None else ""
    share = f"{answers.asked} 次问话 {answers.in_time} 次一天内回了"
    yield f"{share}，一半在 {waited_for(answers.half)}内回{was}"


def _marked(this: Stretch, before: Stretch) -> Iterator[str]:
    if not this.marks:
        return
    then = {mark.name: f"{mark.mean:.1f}" for mark in before.marks}
    given = (f"{m.name} {m.mean:.1f}{_in(then.get(m.name, ''))}" for m in this.marks)
    yield f"{this.reviews} 位打分：{'、'.join(given)}"


def _sent(report: Report) -> Iterator[str]:
    sent = "、".join(f"{kind} {count}" for kind, count in report.sent)
    refused = sum(count for _, count in report.refused)
    missed = f"没发出 {refused} 条：{_most(report.refused)}" if refused else ""
    if sent or missed:
        yield "；".join(filter(None, (f"发出 {sent}" if sent else "", missed)))


def _most(counts: Counts) -> str:
    shown = [f"{name} {count}" for name, count in counts[:MOST]]
    others = sum(count for _, count in counts[MOST:])
    return "、".join([*shown, *([f"别的 {others}"] if others else [])])


def _was(count: int, unit: str) -> str:
    return _in(f"{count} {unit}") if count else ""


def _in(words: str) -> str:
    return f"（{words}）" if words else ""
