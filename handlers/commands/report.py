"""报表: a week or a month of the shop in figures (PRACTICES 12, 15, 24, 63, 103, 119)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from bot.core.complaint import Ending
from bot.core.effects import Effect, Reply
from bot.core.report import Answers, Asked, Complained, Counts, Daily, Report, Stretch
from handlers.commands import asked, complaint_figures
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, argument, level
from handlers.commands.phrases import short
from handlers.reply_clock import WITHDRAWN
from handlers.report.chart import chart
from handlers.report.period import Days, Period, Which, period
from handlers.report.text import LOOKED_BACK, text
from handlers.value.lifecycle import Stage
from scheduler.settled import THINGS
from storage.queries import report
from storage.queries.complaints import OnRecord
from storage.queries.questions import answer_times
from storage.queries.report_trials import trials

_WORDS: Final = {
    Which.WEEK: ("周", "本周", "这周", "这个星期", "周报", "week"),
    Which.LAST_WEEK: ("上周", "上个星期", "上星期", "lastweek"),
    Which.MONTH: ("月", "本月", "这个月", "这月", "月报", "month"),
    Which.LAST_MONTH: ("上月", "上个月", "lastmonth"),
}
_BACK: Final = timedelta(days=LOOKED_BACK)


def _which(typed: Any) -> Which:
    word = level(str(typed)).lower().replace(" ", "")
    for which, words in _WORDS.items():
        if word in words:
            return which
    raise ValueError(f"“{str(typed)[:10]}”没看懂，能写：{'、'.join(Which)}")


class ReportArguments(Arguments):
    """报表 [周|月|上周|上月]."""

    which: Annotated[Which, BeforeValidator(_which)] = argument(
        "周|月|上周|上月", optional=True, rest=True, default=Which.WEEK
    )


def run(desk: Desk, args: ReportArguments) -> list[Effect]:
    """The report, and its picture; where there is nothing yet, what there may be instead."""
    return [Reply(told(desk, args.which) or _nothing(args.which), drawn(desk, args.which))]


def told(desk: Desk, which: Which) -> str:
    """The report as text; empty if there is nothing to report."""
    chosen = period(which, desk.now, desk.settings.shop.zone)
    return text(_report(desk, chosen), chosen)


def drawn(desk: Desk, which: Which) -> bytes:
    """Its revenue day by day, with that of the time before, as a PNG; empty without orders in the period."""
    found = daily(desk, period(which, desk.now, desk.settings.shop.zone))
    return chart(*found) if found else b""


def daily(desk: Desk, chosen: Period) -> tuple[Daily, Daily] | None:
    """What was sold on each day of the period, and of the one before: together what the text says of each.

    None without orders in the period. A day that is to come is not among them.
    """
    this, before = (days.one_by_one(desk.settings.shop.zone) for days in (chosen.this, chosen.before))
    found = report.by_day(desk.connection, [*before, *this])
    revenue = [found.get(place, Decimal(0)) for place in range(len(before) + len(this))]
    if max(found, default=-1) < len(before):
        return None
    return (
        Daily(chosen.this.first, chosen.days, tuple(revenue[len(before) :])),
        Daily(chosen.before.first, len(before), tuple(revenue[: len(before)])),
    )


def _nothing(which: Which) -> str:
    match which:
        case Which.WEEK:
            return "这周还没有单子，也没有人来问，有了我都记着。上周的打：报表 上周"
        case Which.MONTH:
            return "这个月还没有单子，也没有人来问，有了我都记着。上个月的打：报表 上月"
        case _:
            return f"{which}没有记下什么。以前的单子导进来就有了：帮助 导入"


def _report(desk: Desk, chosen: Period) -> Report:
    """What is asked only once is asked for both stretches and the days looked back together."""
    ends = chosen.this.ends
    records = desk.complaints_since(min(chosen.before.begins, ends - _BACK))
    real = [r for r in records if r.ending != Ending.MISREAD and r.complaint.opened_at < ends]
    late = [r for r in real if r.complaint.opened_at >= ends - _BACK]
    sent, refused = _sendings(desk, chosen.this)
    tried = [rule.name for rule in desk.settings.care.rules if rule.variants or rule.hold_out]
    spoken = report.spoken_with(desk.connection, chosen.this.begins, ends, (WITHDRAWN,))
    return Report(
        this=_stretch(desk, chosen.this, real),
        before=_stretch(desk, chosen.before, real),
        staff=_most_first(Counter(spoken)),
        sent=sent,
        refused=refused,
        recovered=complaint_figures.came_again(desk, late),
        trials=trials(desk.connection, tried, ends - _BACK, ends),
    )


def _stretch(desk: Desk, days: Days, complaints: Sequence[OnRecord]) -> Stretch:
    connection, begins, ends = desk.connection, days.begins, days.ends
    reviews, marks = report.marks(connection, begins, ends)
    return Stretch(
        report.trade(connection, begins, ends),
        _lost(desk, days.first, days.last),
        _asked(desk, days),
        _complained([r for r in complaints if begins <= r.complaint.opened_at < ends]),
        Answers(*answer_times(connection, begins, desk.now, (WITHDRAWN,), ends)),
        reviews,
        marks,
    )


def _lost(desk: Desk, first: date, last: date) -> int:
    return report.lost(desk.connection, first, last, Stage.LOST)


def _asked(desk: Desk, days: Days) -> Asked:
    found = asked.figures(desk.consultations_since(days.begins, days.ends))
    return Asked(found.asked, found.ordered, found.reasons)


def _complained(records: Sequence[OnRecord]) -> Complained:
    return Complained(
        len(records),
        sum(not record.ending for record in records),
        _counted(short(r.complaint.product) for r in records if r.complaint.product),
        _counted(complaint_figures.problems(records)),
        _counted(complaint_figures.causes(records)),
        _counted(r.ending for r in records if r.ending),
    )


def _sendings(desk: Desk, days: Days) -> tuple[Counts, Counts]:
    """What went out by kind, in the seller's words, and what did not by reason."""
    sent: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for (kind, reason), count in report.sendings(desk.connection, days.begins, days.ends).items():
        if reason:
            refused[short(reason)] += count
        else:
            sent[THINGS[kind]] += count
    return _most_first(sent), _most_first(refused)


def _counted(words: Iterable[str]) -> Counts:
    return _most_first(Counter(words))


def _most_first(counts: Counter[str]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0])))


COMMAND = Command(
    name="报表",
    does="这周或这个月怎么样：卖了多少、回头客、流失、投诉、打分，先看哪一样",
    example="报表 上月",
    arguments=ReportArguments,
    run=run,
    aliases=("report",),
    whole=frozenset(("周报", "月报")),
)
