"""待回: who waits for an answer, how long already, and by when it is due (PRACTICES 18, 19, 24)."""

from __future__ import annotations

from datetime import timedelta

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, listed
from handlers.commands.phrases import short
from handlers.promise_words import till
from handlers.reply_clock import WITHDRAWN
from handlers.reply_times import due_at, urgent_class
from handlers.reply_words import waited_for
from handlers.wording import typed
from storage.queries.questions import answer_times, waiting

MOST = 20
MEASURED = timedelta(days=30)


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """The open questions, due first first, with the line to type; then how soon answers came of late."""
    ids, in_all = waiting(desk.connection, MOST)
    people = [one for one in desk.customers(ids) if one.question is not None]
    lines = [listed([_line(desk, one) for one in people])] if people else []
    head = f"{in_all} 位在等你回，先到期的在前：" if people else "没有人在等你回。"
    if in_all > len(ids):
        lines.append(f"先列 {len(ids)} 位")
    if people:
        lines.append(_to_type(people[0]))
    return [Reply("\n".join(filter(None, [head, *lines, _of_late(desk)])))]


def _line(desk: Desk, one: Customer) -> str:
    question = one.question
    assert question is not None  # only who has one is listed
    urgent = f"{question.urgency}，" if urgent_class(question.urgency, desk.settings.replies) else ""
    due = due_at(question.asked_at, desk.settings)
    by_when = f"{till(due, desk.settings, desk.now)} 前要回"
    late = "" if desk.now < due else "，已经过了"
    words = short(question.words, 40)
    waited = waited_for(desk.now - question.asked_at)
    return f"{short(one.called)}：“{words}”{_complaint(one)}，{urgent}等了 {waited}，{by_when}{late}"


def _complaint(one: Customer) -> str:
    return "".join(f"（投诉 {complaint.id}）" for complaint in one.complaints)


def _to_type(first: Customer) -> str:
    return f"回他就打：回 {typed(first)} 文字"


def _of_late(desk: Desk) -> str:
    measured = answer_times(desk.connection, desk.now - MEASURED, desk.now, (WITHDRAWN,))
    if measured.half is None:
        return ""
    share = f"{measured.asked} 次里 {measured.in_time} 次一天内回了"
    return f"近 {MEASURED.days} 天：{share}，一半在 {waited_for(measured.half)}内回"


COMMAND = Command(
    name="待回",
    does="看谁在等你回，等了多久，最晚什么时候回",
    example="待回",
    arguments=Arguments,
    run=run,
    aliases=("waiting", "等回"),
)
