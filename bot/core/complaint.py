"""A complaint as decisions see it: its nine steps (DESIGN §5) and what has come of them so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum


class Step(IntEnum):
    """The nine steps, in their one order (PRACTICES 1–9); CLOSED follows the last."""

    LISTEN = 1
    TALK = 2
    APOLOGISE = 3
    ANALYSE = 4
    EXPLAIN = 5
    ACT = 6
    COMPENSATE = 7
    RESULT = 8
    FOLLOW_UP = 9
    CLOSED = 10


STEP_NAMES = {
    Step.LISTEN: "倾听",
    Step.TALK: "安抚",
    Step.APOLOGISE: "道歉",
    Step.ANALYSE: "原因",
    Step.EXPLAIN: "解释",
    Step.ACT: "方案",
    Step.COMPENSATE: "补偿",
    Step.RESULT: "问满意",
    Step.FOLLOW_UP: "回访",
    Step.CLOSED: "结束",
}
"""The steps as the seller calls them."""


class Signal(StrEnum):
    """What can happen to a complaint, as its rows say it."""

    OPENED = "开立"
    HEARD = "买家说"
    DONE = "完成"
    APOLOGISED = "道歉"
    CAUSE = "原因"
    EXPLAINED = "解释"
    ACTED = "方案"
    COMPENSATED = "补偿"
    SATISFIED = "满意"
    UNSATISFIED = "不满意"
    FOLLOWED_UP = "回访"
    TIMEOUT = "到期"
    TAKEN_BACK = "撤回"
    MISREAD = "不是投诉"
    ENDED = "结束"


class Ending(StrEnum):
    """How a complaint ended, as the seller reads it."""

    RECOVERED = "挽回成功"
    SILENT = "没有回音"
    UNRESOLVED = "没有处理完"
    MISREAD = "不是投诉"
    ENDED = "提前结束"


class RemedyKind(StrEnum):
    """What is done about it (PRACTICES 6, 17)."""

    RETURN = "退货"
    REFUND = "退款"
    EXCHANGE = "换货"
    RESEND = "补发"
    REPAIR = "维修"
    OTHER = "其他"


GOODS_COME_BACK = (RemedyKind.RETURN, RemedyKind.EXCHANGE, RemedyKind.REPAIR)
"""Those for which the buyer sends something back."""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a complaint's story; `sent` is what the buyer was told with it."""

    at: datetime
    actor: str
    signal: Signal
    before: Step
    after: Step
    words: str = ""
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An action that was promised, due at `due_at`; `back_no`: the parcel in which the goods come back."""

    id: int
    kind: RemedyKind
    words: str
    due_at: datetime
    done_at: datetime | None = None
    back_no: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One matter of one buyer. `due_at` is when the bot looks at it next.

    matter: the product or order number it is about; empty as long as that is not known.
    words: what the buyer said, a message a line. rung: timeouts in a row on this step.
    round: 1, and one more for every second chance. final: the offer at hand is the last one.
    asked_at: when the buyer was last asked (8 whether satisfied, 9 how it went since), None if not yet.
    satisfied: the buyer's last word on it.
    """

    id: int
    customer_id: int
    step: Step
    opened_at: datetime
    entered_at: datetime
    due_at: datetime
    matter: str = ""
    product: str = ""
    order_number: str = ""
    words: str = ""
    urgency: str = "普通"
    source: str = "买家"
    heard_at: datetime | None = None
    evidence: int = 0
    rung: int = 0
    round: int = 1
    final: bool = False
    apologised_at: datetime | None = None
    cause: str = ""
    compensation: str = ""
    cost: Decimal | None = None
    asked_at: datetime | None = None
    satisfied: bool | None = None
    moves: tuple[Move, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    @property
    def said(self) -> frozenset[str]:
        """Everything that the buyer was told in this complaint: nothing of it is said twice (VOICE)."""
        said: set[str] = set()
        for move in self.moves:
            if move.signal is Signal.TAKEN_BACK:
                said.discard(move.words)  # withdrawn before it left
            elif move.sent:
                said.add(move.sent)
        return frozenset(said)

    @property
    def open_remedies(self) -> tuple[Remedy, ...]:
        """What was promised and not reported done."""
        return tuple(remedy for remedy in self.remedies if remedy.done_at is None)
