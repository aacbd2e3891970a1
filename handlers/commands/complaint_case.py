"""One complaint on the seller's desk: the move, what goes to the buyer, what the seller reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from bot.core.complaint import STEP_NAMES, Complaint, Ending, Move, Remedy, Signal, Step
from bot.core.customer import Customer, TagSource
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, MoveComplaint, PromiseRemedy, Push, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Refused
from handlers.commands.phrases import going, short
from handlers.complaint.hearing import after
from handlers.complaint.steps import Advance, Refusal, advance
from handlers.complaint.wording import deadline, filled, next_step, problem_of, was_said
from handlers.promise_keeping import noted, spoken
from handlers.understanding.meaning import Urgency

SHOWN = 80
"""Characters of a message that the seller reads back."""


class Message(NamedTuple):
    """Something for the buyer: the seller's own or approved words (RELAY), or the bot's part (COMPLAINT).

    own: just typed, so that it may promise something.
    """

    text: str
    kind: Kind = Kind.RELAY
    own: bool = False


@dataclass(frozen=True)
class Case:
    """A complaint with its buyer, as the seller at this desk finds it."""

    desk: Desk
    complaint: Complaint
    customer: Customer

    @classmethod
    def of(cls, desk: Desk, complaint: Complaint) -> Case:
        """What was taken back before it left counts as never said."""
        found = desk.customers([complaint.customer_id])
        if not found:
            raise Refused(f"投诉 {complaint.id} 的买家已经没有联系方式了。")
        return cls(desk, unsaid(complaint), found[0])

    @property
    def line(self) -> str:
        """What is typed to mean it: 投诉 3."""
        return f"投诉 {self.complaint.id}"

    def check(self, signal: Signal) -> None:
        """Refused if the step at hand does not take `signal`."""
        self.advanced(signal)

    def advanced(self, signal: Signal, words: str = "", sent: str = "") -> Advance:
        """The machine's answer; Refused, with what to type instead, where it takes no such signal."""
        settings = self.desk.settings
        plan, hours = settings.complaints.deadlines.plan, settings.shop.opening
        now, actor = self.desk.now, self.desk.seller
        try:
            return advance(self.complaint, signal, now, plan, hours, actor=actor, words=words, sent=sent)
        except Refusal as no:
            raise Refused(str(no)) from no

    def filled(self, kind: str, **facts: Any) -> str:
        """The next wording of this kind that the buyer has not read yet; empty once all are used up."""
        return filled(kind, self.complaint, self.customer, self.desk.settings, **facts)

    def own(self, text: str) -> Message:
        """The seller's own words; Refused if the buyer has read the same in this complaint."""
        if was_said(self.complaint, text):
            raise Refused(f"这句跟 {short(self.customer.called)} 说过了，同一句不说两遍。换个说法再发。")
        return Message(text, own=True)

    def said(self, own: str, ready: str, word: str) -> Message:
        """The seller's own words if there are any, else the ready ones; Refused if there are none left."""
        if own:
            return self.own(own)
        if ready:
            return Message(ready)
        raise Refused(f"现成的话都说过了，同一句不说两遍。自己写一句打：{self.line} {word} 你的话")

    def next_step(self, complaint: Complaint) -> str:
        """The step that `complaint` is at, its deadline, and the one line to type."""
        return next_step(complaint, self.customer, self.desk.settings, self.desk.now)


@dataclass(frozen=True)
class Turn:
    """What the seller does with it: the signal, its words, what the buyer is told, what else changes.

    remedy: an action that is promised with it. notes: short lines for the seller.
    """

    signal: Signal
    words: str = ""
    tell: Sequence[Message] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    remedy: PromiseRemedy | None = None
    more: Sequence[Effect] = ()
    notes: Sequence[str] = ()


def done(case: Case, turn: Turn) -> list[Effect]:
    """The move with its messages, in the order of telling, and one answer to the seller."""
    sent = "\n".join(message.text for message in turn.tell)
    step = case.advanced(turn.signal, turn.words, sent)
    changes = {**step.changes, **turn.changes}
    c = case.complaint
    later = moved(case, step.move, changes, turn.remedy)
    effects: list[Effect] = [MoveComplaint(c.id, c.customer_id, step.move, changes, step.ending)]
    effects += [_push(case, number, message) for number, message in enumerate(turn.tell)]
    effects += [turn.remedy] if turn.remedy else []
    effects += [*turn.more, *_won(case, step.ending, turn.words)]
    promises = _promises(case, turn)
    noticed = noted(case.customer, promises, case.desk.settings, case.desk.now)
    told = [*_going(case, turn.tell), *turn.notes, noticed, _next(case, later, step.ending)]
    return [*effects, *promises, Reply("\n".join(filter(None, told)))]


def _promises(case: Case, turn: Turn) -> list[Effect]:
    """What the seller's own words promise beside an action, which has a day and a reminder of its own."""
    own = "\n".join(message.text for message in turn.tell if message.own)
    if not own or turn.remedy is not None:
        return []
    desk = case.desk
    return spoken(case.customer, own, desk.seller, desk.settings, desk.now)


def _push(case: Case, number: int, message: Message) -> Push:
    """Its key names the complaint and the move that it belongs to, so that 撤 finds both."""
    key = f"{key_of(case.complaint.id, len(case.complaint.moves))}:{number}"
    hold = case.desk.settings.sending.undo
    return Push(case.customer.id, message.text, message.kind, key=key, hold=hold, origin=case.desk.seller)


def key_of(complaint: int, move: int) -> str:
    """How the keys of the messages of a complaint's move begin."""
    return f"complaint:{complaint}:{move}"


_KEY = re.compile(r"complaint:(\d+):(\d+):(\d+)#(\d+)")


def named_by(key: str) -> tuple[int, int, bool] | None:
    """The complaint and the move that an outbox key names, and whether it is the move's first message.

    None for a key of something else.
    """
    match = _KEY.fullmatch(key)
    return (int(match[1]), int(match[2]), (match[3], match[4]) == ("0", "0")) if match else None


def _won(case: Case, ending: Ending | None, words: str) -> list[Effect]:
    """Who complained and stayed is one of a group whose repurchases are counted (PRACTICES 12)."""
    if ending is not Ending.RECOVERED:
        return []
    why = words or problem_of(case.complaint) or case.line
    return [AddTag(case.customer.id, Ending.RECOVERED.value, TagSource.BOT, short(why, SHOWN))]


def _going(case: Case, tell: Sequence[Message]) -> list[str]:
    """What becomes of the messages; several of the same fate in one line."""
    fates: dict[str, tuple[Kind, list[str]]] = {}
    for message in tell:
        reason = case.desk.not_allowed(case.customer, message.kind)
        fates.setdefault(reason, (message.kind, []))[1].append(f"“{short(message.text, SHOWN)}”")
    return [going(case.desk, case.customer, kind, "".join(texts)) for kind, texts in fates.values()]


def _next(case: Case, later: Complaint, ending: Ending | None) -> str:
    if ending is None:
        return case.next_step(later)
    tagged = (
        f"{short(case.customer.called)} 打上标签了，以后看他还买不买。" if ending is Ending.RECOVERED else ""
    )
    return f"{case.line} 结束了：{ending.value}。{tagged}"


def moved(
    case: Case, move: Move, changes: Mapping[str, Any], remedy: PromiseRemedy | None = None
) -> Complaint:
    """The complaint as it will be loaded next."""
    later = after(case.complaint, changes)
    later = replace(later, moves=(*later.moves, move))
    if remedy is None:
        return later
    promised = Remedy(0, remedy.kind, remedy.words, remedy.due_at)
    return replace(later, remedies=(*later.remedies, promised))


def unsaid(complaint: Complaint) -> Complaint:
    """The same story without the words that were taken back before they left: they may be said again."""
    moves = list(complaint.moves)
    for number, move in enumerate(moves):
        if move.signal is Signal.TAKEN_BACK and move.words:
            taken = next((i for i in range(number - 1, -1, -1) if moves[i].sent == move.words), None)
            if taken is not None:
                moves[taken] = replace(moves[taken], sent="")
    return replace(complaint, moves=tuple(moves))


def taken_back(complaint: Complaint) -> frozenset[int]:
    """The places in its story of the moves whose words were taken back."""
    pairs = enumerate(zip(complaint.moves, unsaid(complaint).moves, strict=True))
    return frozenset(number for number, (was, now) in pairs if was.sent and not now.sent)


def step_name(step: Step) -> str:
    """3/9 道歉."""
    return STEP_NAMES[step] if step is Step.CLOSED else f"{step:d}/9 {STEP_NAMES[step]}"


URGENT_FIRST = (Urgency.RED_LINE, Urgency.KEY, Urgency.URGENT)
"""The classes of PRACTICES 20 that go before all others."""


def line_of(desk: Desk, complaint: Complaint, called: str = "") -> str:
    """投诉 3【红线】小丽 玫瑰面霜：瓶子碎了，3/9 道歉，10:00前."""
    urgent = f"【{complaint.urgency}】" if complaint.urgency in URGENT_FIRST else " "
    about = " ".join(part for part in (short(called), complaint.product) if part)
    what = problem_of(complaint) or short(complaint.words)
    when = deadline(complaint, desk.settings, desk.now)
    head = f"投诉 {complaint.id}{urgent}{about}{'：' if about else ''}{what}"
    return f"{head}，{step_name(complaint.step)}，{when}"


def day_of(case: Case, moment: datetime, *, by_the_clock: bool) -> str:
    """When something is due, as the buyer reads it: 11月22日, or 11月22日15点前 if an hour was said."""
    here = moment.astimezone(case.desk.settings.shop.zone)
    minutes = f"{here.minute}分" if here.minute else ""
    return f"{here.month}月{here.day}日" + (f"{here.hour}点{minutes}前" if by_the_clock else "")
