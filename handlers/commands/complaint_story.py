"""投诉 号: the whole story of one complaint on a phone screen, open or closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.complaint import Move, Remedy, Signal
from bot.core.effects import Effect, Reply
from bot.core.money import show_money
from handlers.commands.complaint_case import SHOWN, Case, key_of, step_name, taken_back
from handlers.commands.phrases import fate, latest_lines, short
from handlers.complaint.wording import order_of, problem_of
from storage.queries.complaints import OnRecord
from storage.queries.outbox import Unsent

MOST_MOVES = 20
MOST_LINES = 12
_WITHDRAWN = "撤回了，没发"


def told(case: Case, record: OnRecord) -> list[Effect]:
    """Who, what about, the buyer's words, every move, what is promised, and what comes next."""
    parts = (_head(case, record), _moves(case, record), _outcome(case, record), _next(case, record))
    return [Reply("\n".join(line for part in parts for line in part))]


def _head(case: Case, record: OnRecord) -> Iterator[str]:
    c = record.complaint
    yield f"{case.line} {short(case.customer.called)}：{problem_of(c) or short(c.words)}"
    order = order_of(c, case.customer)
    goods = f"{short(order.goods, 30)} {show_money(order.total)}" if order else c.product
    about = f"订单 {c.order_number} {goods}" if c.order_number else goods
    if about:
        yield about.rstrip()
    times = f"，第 {c.round} 次机会" if c.round > 1 else ""
    opened = case.desk.clock(c.opened_at)
    yield f"{opened} 开，{c.urgency}，{c.source}说的{times}" + (
        f"，证据 {c.evidence} 样" if c.evidence else ""
    )
    yield f"他说：{latest_lines(c.words, MOST_LINES)}"


def _moves(case: Case, record: OnRecord) -> Iterator[str]:
    """Newest last, what was sent with its fate."""
    messages = case.desk.told_in(record.complaint)
    keys = case.desk.pushed_under(messages)
    back = taken_back(record.complaint)
    moves = [(n, m) for n, m in enumerate(record.complaint.moves) if not _says_nothing(m)]
    if len(moves) > MOST_MOVES:
        yield f"（前面还有 {len(moves) - MOST_MOVES} 条）"
    for number, move in moves[-MOST_MOVES:]:
        yield _move(case, move)
        if move.sent:
            theirs = _messages_of(record, number, messages, keys)
            fates = [_WITHDRAWN] if number in back else [fate(case.desk, message) for message in theirs]
            yield _sent(move, fates)


def _sent(move: Move, fates: Sequence[str]) -> str:
    lines = "".join(f"“{short(line, SHOWN)}”" for line in move.sent.splitlines() if line.strip())
    became = "；".join(dict.fromkeys(fates))
    return f"  对他说：{lines}" + (f"（{became}）" if became else "")


def _says_nothing(move: Move) -> bool:
    """What only waited; and that it was opened stands at the head."""
    return not move.sent and move.before is move.after and move.signal in (Signal.TIMEOUT, Signal.OPENED)


def _move(case: Case, move: Move) -> str:
    at = case.desk.clock(move.at)
    spoken = move.words and move.signal not in (Signal.OPENED, Signal.TAKEN_BACK)
    words = f"：{short(move.words, 60)}" if spoken else ""
    to = f" → {step_name(move.after)}" if move.after is not move.before else ""
    return f"{at} {move.actor} {move.signal}{words}{to}"


def _messages_of(
    record: OnRecord, number: int, messages: Sequence[Unsent], keys: dict[int, str]
) -> list[Unsent]:
    """Those pushed for this move; else what was written at its moment and has its words."""
    move = record.complaint.moves[number]
    begins = f"{key_of(record.complaint.id, number)}:"
    own = [m for m in messages if keys.get(m.id, "").startswith(begins)]
    alike = (m for m in messages if m.created_at == move.at and (m.text in move.sent or move.sent in m.text))
    return own or list(alike)


def _outcome(case: Case, record: OnRecord) -> Iterator[str]:
    c = record.complaint
    if c.cause:
        yield f"原因：{c.cause}"
    yield from (_remedy(case, remedy) for remedy in c.remedies)
    if c.compensation:
        cost = f"（成本 {show_money(c.cost)}）" if c.cost is not None else "（成本没记）"
        yield f"补偿：{c.compensation}{cost}"
    if c.satisfied is not None:
        yield "问下来：满意" if c.satisfied else "问下来：不满意"


def _remedy(case: Case, remedy: Remedy) -> str:
    back = f"，寄回 {remedy.back_no}" if remedy.back_no else ""
    if remedy.done_at is not None:
        return f"{remedy.kind}：{remedy.words}，{case.desk.when(remedy.done_at)} 办好了{back}"
    late = "，过期了" if remedy.due_at <= case.desk.now else ""
    how = f"办好打：{case.line} 办好"
    return f"{remedy.kind}：{remedy.words}，{case.desk.when(remedy.due_at)} 前{late}，还没办{back}。{how}"


def _next(case: Case, record: OnRecord) -> Iterator[str]:
    if record.closed_at is None:
        yield case.next_step(case.complaint)
    else:
        yield f"{case.desk.when(record.closed_at)} 结束：{record.ending}"
