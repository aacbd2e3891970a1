"""投诉 统计: what went wrong with what, how it ended, how fast, and who bought again (PRACTICES 12, 15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from bot.core.complaint import Complaint, Ending, Signal, Step
from bot.core.effects import Effect, Reply
from bot.core.report import Came
from handlers.commands.complaint_case import taken_back
from handlers.commands.desk import Desk
from handlers.commands.phrases import short
from handlers.complaint.wording import problem_of
from storage.queries.complaints import OnRecord

SPAN = timedelta(days=90)
MOST = 5


def told(desk: Desk) -> list[Effect]:
    """Of the complaints opened in the last 90 days; what was none is only counted."""
    records = desk.complaints_since(desk.now - SPAN)
    real = [record for record in records if record.ending != Ending.MISREAD]
    if not real:
        return [Reply(f"最近 {SPAN.days} 天没有投诉。")]
    misread = len(records) - len(real)
    aside = f"（另有 {misread} 件不是投诉）" if misread else ""
    open_ones = sum(not record.ending for record in real)
    head = f"最近 {SPAN.days} 天投诉 {len(real)} 件{aside}，还开着 {open_ones} 件"
    return [Reply("\n".join([head, *_about(real), *_endings(real), *_speed(real), *_again(desk, real)]))]


def _about(records: Sequence[OnRecord]) -> Iterator[str]:
    yield f"哪样：{_counted(record.complaint.product or '没说哪样' for record in records)}"
    yield f"怎么了：{_counted(problems(records))}"
    if found := causes(records):
        yield f"查到的原因：{_counted(found)}"


def problems(records: Sequence[OnRecord]) -> list[str]:
    """What went wrong in each: its kind, or the buyer's first words."""
    return [short(problem_of(r.complaint) or r.complaint.words, 12) for r in records]


def causes(records: Sequence[OnRecord]) -> list[str]:
    """What the seller has found to be the cause, of those where something was found."""
    return [short(r.complaint.cause, 16) for r in records if r.complaint.cause]


def _counted(words: Iterable[str]) -> str:
    counts = Counter(words).most_common()
    more = f"，别的 {sum(n for _, n in counts[MOST:])}" if len(counts) > MOST else ""
    return "，".join(f"{word} {n}" for word, n in counts[:MOST]) + more


def _endings(records: Sequence[OnRecord]) -> Iterator[str]:
    if ended := [record.ending for record in records if record.ending]:
        yield f"结果：{_counted(ended)}"


def _speed(records: Sequence[OnRecord]) -> Iterator[str]:
    """The middle one, so that a single forgotten complaint does not hide the others."""
    waits = [at - r.complaint.opened_at for r in records if (at := _apologised_at(r.complaint))]
    closed = [r.closed_at - r.complaint.opened_at for r in records if r.closed_at]
    found = {"道歉": waits, "结束": closed}
    if parts := [f"到{what} {_span(_middle(spans))}" for what, spans in found.items() if spans]:
        yield f"多快（中位数）：{'，'.join(parts)}"


def _apologised_at(complaint: Complaint) -> datetime | None:
    back = taken_back(complaint)
    apologies = (
        m.at for n, m in enumerate(complaint.moves) if n not in back and _apologises(m.signal, m.before)
    )
    return next(apologies, None)


def _apologises(signal: Signal, before: Step) -> bool:
    return signal is Signal.APOLOGISED or (signal is Signal.DONE and before is Step.APOLOGISE)


def _middle(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def _span(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    if hours < 1:
        return f"{max(1, round(hours * 60))} 分钟"
    return f"{hours:.0f} 小时" if hours < 48 else f"{hours / 24:.0f} 天"


def _again(desk: Desk, records: Sequence[OnRecord]) -> Iterator[str]:
    groups = came_again(desk, records)
    parts = [f"{g.name} {g.people} 人里 {g.came} 人（{g.came / g.people:.0%}）" for g in groups]
    if parts:
        yield f"结束后又下单：{'，'.join(parts)}"


def came_again(desk: Desk, records: Sequence[OnRecord]) -> tuple[Came, ...]:
    """Whether they ordered after the end; a buyer with several counts once, by the last of them."""
    last = {r.complaint.customer_id: r for r in records if r.closed_at is not None}
    bought = desk.bought_at(list(last))
    groups = {
        "挽回成功的": [r for r in last.values() if r.ending == Ending.RECOVERED],
        "别的": [r for r in last.values() if r.ending != Ending.RECOVERED],
    }
    return tuple(
        Came(
            name, len(group), sum(_after(bought.get(r.complaint.customer_id, ()), r.closed_at) for r in group)
        )
        for name, group in groups.items()
        if group
    )


def _after(bought: Sequence[datetime], closed_at: datetime | None) -> bool:
    return closed_at is not None and any(at > closed_at for at in bought)
