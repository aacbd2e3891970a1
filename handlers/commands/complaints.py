"""投诉: the open complaints, one's whole story, its steps, and opening one (PRACTICES 1–26)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.complaint import Complaint, Step
from bot.core.customer import Customer
from bot.core.effects import AskSeller, Effect, Reply
from handlers.commands import complaint_figures, complaint_story
from handlers.commands.complaint_case import URGENT_FIRST, Case, line_of, step_name
from handlers.commands.complaint_line import (
    CHOICE,
    MOST_DIGITS,
    ComplaintArguments,
    Said,
    word_alone,
    word_at,
)
from handlers.commands.complaint_opening import opened
from handlers.commands.complaint_remedies import REMEDIES
from handlers.commands.complaint_steps import STEPS
from handlers.commands.desk import MOST_CANDIDATES, Desk, NotFound
from handlers.commands.framework import Command, Misused, Refused, level, listed
from handlers.commands.phrases import short
from handlers.complaint.wording import title
from handlers.wording import typed
from storage.queries.complaints import OnRecord

MOST = 20
_FIGURES = ("统计", "报表", "figures")


def run(desk: Desk, args: ComplaintArguments) -> list[Effect]:
    """Without anything the open ones; by number or name one of them; with words what to do with it."""
    if not args.what:
        return [Reply(_list(desk))]
    if level(args.what).lower() in _FIGURES and not args.more:
        return complaint_figures.told(desk)
    if args.what.isdecimal() and len(args.what) <= MOST_DIGITS:
        record = desk.complaint(int(args.what))
        if record is not None:
            return act(desk, record, word_at(args.more, f"投诉 {args.what}"))
        return _named(desk, _customer_or_list(desk, args.what, f"没有投诉 {args.what}。"), args)
    return _named(desk, _customer_or_list(desk, args.what, ""), args)


def _customer_or_list(desk: Desk, name: str, first: str) -> Customer:
    """The customer of this name; NotFound with what there is to choose from."""
    try:
        return desk.customer(name)
    except NotFound as nobody:
        raise NotFound(f"{first or nobody}\n{_list(desk)}") from nobody


def act(desk: Desk, record: OnRecord, said: Said) -> list[Effect]:
    """Do with this complaint what was said; nothing said is its story."""
    if said.word is None and said.text:
        raise Misused(f"“{short(said.text, 10)}”没看懂。投诉 {record.complaint.id} 后面能写：{CHOICE}")
    case = Case.of(desk, record.complaint)
    if said.word is None:
        return complaint_story.told(case, record)
    if said.word in REMEDIES:
        return REMEDIES[said.word](case, said.text)
    if record.ending:
        raise Refused(
            f"{case.line} 已经结束了（{record.ending}）。他又来说，会开一件新的；看经过打：{case.line}"
        )
    return STEPS[said.word](case, said.text)


def _named(desk: Desk, one: Customer, args: ComplaintArguments) -> list[Effect]:
    """By a buyer's name: the one open complaint of theirs, or a new one."""
    said = word_alone(args.more)
    if args.more and (said.word is None or (not one.complaints and said.text)):
        return opened(desk, one, args.more.strip())
    if not one.complaints:
        raise Refused(_none_open(desk, one))
    meant = f"{typed(one)}的投诉"
    if len(one.complaints) > 1 and meant not in desk.chosen:
        return choice(desk, meant, f"投诉 {args.what} {args.more}".strip(), one.complaints)
    record = desk.complaint(desk.chosen.get(meant, one.complaints[0].id))
    if record is None:
        raise Refused("那件投诉已经找不到了。")
    return act(desk, record, said)


def choice(desk: Desk, name: str, line: str, complaints: Sequence[Complaint]) -> list[Effect]:
    """Which of these complaints is meant, by number; `line` is done with the answer under `name`."""
    some = complaints[:MOST_CANDIDATES]
    people = {one.id: one for one in desk.customers([c.customer_id for c in some])}
    question = {
        "kind": "choose",
        "line": line,
        "name": name,
        "options": [c.id for c in some],
        "chosen": dict(desk.chosen),
        "confirmed": desk.confirmed,
    }
    lines = [
        f"{title(c, people[c.customer_id])} {step_name(c.step)}" for c in some if c.customer_id in people
    ]
    return [AskSeller(desk.seller, question), Reply(f"是哪一件？回数字：\n{listed(lines)}")]


def _none_open(desk: Desk, one: Customer) -> str:
    ended = [f"投诉 {record.complaint.id}（{record.ending}）" for record in desk.ended_complaints(one)]
    before = f"以前的：{'、'.join(ended)}。" if ended else ""
    return f"{short(one.called)} 没有没处理完的投诉。{before}要记一件打：投诉 {typed(one)} 怎么了"


def _list(desk: Desk) -> str:
    """Most urgent first, then by deadline."""
    complaints = sorted(desk.open_complaints(), key=_rank)
    if not complaints:
        return "现在没有没处理完的投诉。听到一件就打：投诉 名 怎么了"
    people = {one.id: one for one in desk.customers([c.customer_id for c in complaints[:MOST]])}
    lines = [
        line_of(desk, c, people[c.customer_id].called) for c in complaints[:MOST] if c.customer_id in people
    ]
    more = [f"还有 {len(complaints) - MOST} 件没列"] if len(complaints) > MOST else []
    return "\n".join(
        [
            f"没处理完的投诉 {len(complaints)} 件：",
            *lines,
            *more,
            f"看一件、接着办打：投诉 {complaints[0].id}",
        ]
    )


def _rank(complaint: Complaint) -> tuple[int, bool, float, int]:
    """What is late before what is not, the longest waiting first."""
    urgent = [urgency.value for urgency in URGENT_FIRST]
    place = urgent.index(complaint.urgency) if complaint.urgency in urgent else len(urgent)
    late = complaint.rung > 0 and complaint.step not in (Step.RESULT, Step.FOLLOW_UP)
    deadline = complaint.entered_at if late else complaint.due_at
    return place, not late, deadline.timestamp(), complaint.id


COMMAND = Command(
    name="投诉",
    does="看没处理完的投诉；一步一步办；听到一件记一件（投诉 统计 看总账）",
    example="投诉 3 道歉（看经过：投诉 3；记一件：投诉 小丽 瓶子碎了）",
    arguments=ComplaintArguments,
    run=run,
    aliases=("complaint", "complaints"),
)
