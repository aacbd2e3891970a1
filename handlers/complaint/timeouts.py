"""What an untouched complaint leads to: reminders, escalation, the next step (PRACTICES 8, 9, 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from bot.core.complaint import Complaint, Signal, Step
from bot.core.customer import TagSource
from bot.core.delivery import Kind
from bot.core.effects import AddTag, Effect, MoveComplaint, NotifySeller, Push, SetFields
from handlers.complaint import steps
from handlers.complaint.hearing import after, moved, shortened
from handlers.complaint.naming import number, title
from handlers.complaint.wording import filled, next_step
from handlers.rings import Ring
from handlers.wording import quoted

CLOCK = "机器人"
"""The actor of a move that a deadline makes."""
SHOWN = 1000
"""Characters of what was said that the seller reads at once; 投诉 号 shows the whole story."""
LEAVING = "流失风险"
"""The tag of who was left without a solution (PRACTICES 11)."""


def ring(ring: Ring) -> list[Effect]:
    """The deadline of an open complaint has come; `occasion` is its number."""
    complaint = next((c for c in ring.customer.complaints if str(c.id) == ring.occasion), None)
    if complaint is None:
        return []
    return _BY_STEP[complaint.step](_Due(ring, complaint))


@dataclass(frozen=True, slots=True)
class _Due:
    """A complaint whose deadline has come."""

    ring: Ring
    complaint: Complaint

    @property
    def spans(self) -> int:
        return len(self.ring.settings.complaints.deadlines.plan[self.complaint.step])

    @property
    def last(self) -> bool:
        """Whether this ring is the table's TIMEOUT."""
        return self.complaint.rung + 1 >= self.spans

    @property
    def key(self) -> str:
        """The same for this ring only, however often it is decided."""
        c = self.complaint
        return f"complaint-due/{c.id}/{c.step:d}/{c.entered_at.timestamp():.0f}/{c.rung}"

    def unsayable(self) -> str:
        """Why the bot may not speak to the buyer now; empty if it may."""
        customer = self.ring.customer
        if customer.red_line_at is not None:
            return "他碰了红线，我不能自动发"
        if customer.taken_over(self.ring.now):
            return "你正跟他聊着，我没插话"
        reason = self.ring.refused(Kind.COMPLAINT)
        return f"我发不过去：{reason}" if reason else ""

    def move(self, sent: str = "", **more: object) -> MoveComplaint:
        ring = self.ring
        plan, hours = ring.settings.complaints.deadlines.plan, ring.settings.shop.opening
        timeout = Signal.TIMEOUT
        advance = steps.advance(self.complaint, timeout, ring.now, plan, hours, actor=CLOCK, sent=sent)
        return moved(self.complaint, advance, **more)

    def tell(self, *lines: str, awaits: bool = True) -> NotifySeller:
        return NotifySeller("\n".join(line for line in lines if line), self.key, awaits=awaits)

    def step_of(self, complaint: Complaint) -> str:
        return next_step(complaint, self.ring.customer, self.ring.settings, self.ring.now)


def _listened(due: _Due) -> list[Effect]:
    """The buyer has said everything; who has added nothing to the first alert needs no second one."""
    move, c = due.move(), due.complaint
    if not due.last or not _said_more(c):
        return [move]
    later = after(c, move.changes)
    proof = f"（发来 {c.evidence} 样图片或语音，在聊天里）" if c.evidence else ""
    head = f"{title(c, due.ring.customer)}说完了{proof}："
    return [move, due.tell(head, shortened(c.words, SHOWN), due.step_of(later))]


def _said_more(complaint: Complaint) -> bool:
    """Whether anything was heard since the seller was last told."""
    since = takewhile(lambda m: m.signal in (Signal.HEARD, Signal.TIMEOUT), reversed(complaint.moves))
    return any(m.signal is Signal.HEARD for m in since)


def _not_done(due: _Due) -> list[Effect]:
    """The seller is reminded, before the end with everybody called; then it is given up."""
    if due.last:
        return _given_up(due)
    move, c = due.move(), due.complaint
    later, head = after(c, move.changes), title(c, due.ring.customer)
    if c.rung + 2 == due.spans:
        head = f"{head}再不办人就走了。店主请亲自看一眼，谁方便谁先办："
    else:
        head = f"{head}还等着："
    return [move, due.tell(head, due.step_of(later))]


def _given_up(due: _Due) -> list[Effect]:
    customer = due.ring.customer
    called = customer.called
    head = f"{title(due.complaint, customer)}一直没人办，按“没有处理完”结束了。"
    line = f"他很可能不再来，问候和活动我先停了。补救打：回 {called} 文字；恢复推送打：恢复 {called}"
    stopped: list[Effect] = []
    if customer.stopped_at is None:
        stopped = [SetFields(customer.id, {"stopped_at": due.ring.now})]
    tag = AddTag(customer.id, LEAVING, TagSource.BOT, quoted(due.complaint.words))
    return [due.move(), *stopped, tag, due.tell(head, line, awaits=False)]


def _no_answer(due: _Due) -> list[Effect]:
    """Step 8: the buyer is asked once more, then the seller asks; then comes the follow-up."""
    if due.last:
        return [due.move()]
    if due.complaint.rung == 0:
        return _ask(due, "ask_again")
    return _ask_yourself(due, "ask_again", "问了他满意不满意，没回音")


def _followed_up(due: _Due) -> list[Effect]:
    """Step 9: the buyer is asked how it went, then the seller calls; then it is closed."""
    if due.last:
        head = f"{title(due.complaint, due.ring.customer)}回访没有回音，结束了。"
        return [due.move(), due.tell(head, awaits=False)]
    if due.complaint.asked_at is not None:
        return _ask_yourself(due, "follow_up", "回访了他，没回音")
    put_off = any(remedy.due_at > due.ring.now for remedy in due.complaint.open_remedies)
    if put_off and due.complaint.rung + 2 < due.spans:
        return [due.move()]  # the next ring asks
    return _ask(due, "follow_up", asked_at=due.ring.now)


def _ask(due: _Due, kind: str, **more: object) -> list[Effect]:
    """Ask the buyer; where the bot may not, the seller gets the words to ask with."""
    customer, settings = due.ring.customer, due.ring.settings
    text = filled(kind, due.complaint, customer, settings)
    if not text or (reason := due.unsayable()):
        return _ask_yourself(due, kind, reason if text else "该问的话我都问过了")
    return [due.move(text, **more), Push(customer.id, text, Kind.COMPLAINT, due.key)]


def _ask_yourself(due: _Due, kind: str, why: str) -> list[Effect]:
    """A call is for asking only, never for selling (PRACTICES 90, 91)."""
    customer, n = due.ring.customer, number(due.complaint)
    text = filled(kind, due.complaint, customer, due.ring.settings)
    phone = f" {customer.phone}" if customer.phone else ""
    lines = (
        f"打个电话{phone}问一句最好，只问事情，别推销。" + (f"可以说：“{text}”" if text else ""),
        f"问到了打：投诉 {n} 满意（或 不满意）",
    )
    return [due.move(), due.tell(f"{title(due.complaint, customer)}{why}。", *lines)]


_BY_STEP: Mapping[Step, Callable[[_Due], list[Effect]]] = {
    Step.LISTEN: _listened,
    **dict.fromkeys(
        (Step.TALK, Step.APOLOGISE, Step.ANALYSE, Step.EXPLAIN, Step.ACT, Step.COMPENSATE), _not_done
    ),
    Step.RESULT: _no_answer,
    Step.FOLLOW_UP: _followed_up,
}
