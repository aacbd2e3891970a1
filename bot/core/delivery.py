"""What the bot sends: kinds, states, what a channel can do, and how a sending ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.ledger import Late, Priority, Sendings


class Kind(StrEnum):
    """Why a message is sent; permission, expiry and what a crash means depend on it."""

    REPLY = "reply"  # the bot's own answer to what the buyer just wrote
    RELAY = "relay"  # the seller's words, passed on
    NOTICE = "notice"  # a service message about the buyer's own order
    COMPLAINT = "complaint"  # the bot's own part in settling the buyer's complaint
    ALERT = "alert"  # to the seller
    CARE = "care"
    PROMO = "promo"


PICTURE = "[图]"
"""The text of a message that is a picture."""

UNASKED = (Kind.CARE, Kind.PROMO)
"""What greets or sells; nobody who does not want it gets it."""
USUAL_PRIORITY = {Kind.CARE: Priority.AFTER_SALES, Kind.PROMO: Priority.PROMO}
"""How much a message matters whose rule does not say."""


class Status(StrEnum):
    """The life of an outbox row (DESIGN §4.4)."""

    HELD = "held"  # can still be taken back; planned when its time comes
    PLANNED = "planned"
    SENDING = "sending"  # committed before the platform is called
    SENT = "sent"  # the platform has taken it
    PARKED = "parked"  # may not go now; goes with the correspondent's next message
    FAILED = "failed"
    DROPPED = "dropped"
    UNKNOWN = "unknown"  # it may or may not have arrived; never sent again by itself


UNFINISHED = (Status.PLANNED, Status.SENDING)
"""What blocks the later messages to the same correspondent."""


class Via(StrEnum):
    """The road a message takes."""

    PASSIVE = "passive"  # in the HTTP answer to the buyer's own message
    API = "api"
    ANSWER = "answer"  # by API, naming the inbound message or event that it answers
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Window:
    """A right to send of one's own accord: `count` messages within `lasts` of what opened it."""

    count: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Room:
    """Where others listen: correspondents whose id begins with `prefix`.

    There is only ever an answer to what was just said, within `window`, and never anything private.
    """

    prefix: str
    window: Window


@dataclass(frozen=True, slots=True)
class Pace:
    """The slowest we force ourselves to be: seconds between sends, plus up to `jitter` of chance."""

    per_account: float = 0.0
    per_person: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Capability:
    """Everything that permission and sender know about a platform (CHANNELS §0).

    passive: the answer to an inbound message can carry one reply.
    api: messages can be sent of one's own accord, within the windows.
    message_window: opened by the correspondent's message; None means without limit.
    touch_window: opened by a subscribe, a menu click or a scan.
    text_bytes: the longest text in UTF-8 bytes.
    idempotent: a repeated send is recognised by the platform, so a crash in between may be repeated.
    answers: within the windows a message must name what it answers (Via.ANSWER), and only such a one is
    recognised when repeated. proactive: others may be tried outside the windows, until the platform refuses.
    room: which correspondents are not alone.
    templates: service notices that may go outside the window, by name.
    picture_bytes: the largest PNG picture it carries; 0: none.
    """

    passive: bool = False
    api: bool = True
    message_window: Window | None = None
    touch_window: Window | None = None
    text_bytes: int = 2000
    idempotent: bool = False
    answers: bool = False
    proactive: bool = False
    room: Room | None = None
    templates: frozenset[str] = frozenset()
    picture_bytes: int = 0
    pace: Pace = field(default=Pace())

    def carries(self, picture: bytes) -> bool:
        """Whether there is a picture, and it can be sent of one's own accord."""
        return self.api and 0 < len(picture) <= self.picture_bytes


NO_ANSWER = "no_answer"
"""The code of an outcome RETRY after which the message may have been taken: only a repeat is safe."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a message answers: the platform's id of it, when it came in, whether it is an event."""

    id: str
    at: datetime
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One outbox row as a channel sees it.

    answers: set for Via.ANSWER. unsure: an earlier attempt may have been taken, with these same `answers`.
    picture: a PNG that goes instead of the text, which is then PICTURE.
    """

    id: int
    account: str
    external_id: str
    kind: Kind
    text: str
    via: Via = Via.API
    template: str | None = None
    template_data: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    answers: Answered | None = None
    unsure: bool = False
    picture: bytes = b""


class Verdict(StrEnum):
    """How one attempt to send ended."""

    SENT = "sent"
    RETRY = "retry"  # busy or unreachable before the platform had it: again after `retry_after`
    WINDOW_CLOSED = "window_closed"  # park until the correspondent speaks
    QUOTA_USED = "quota_used"  # likewise
    UNREACHABLE = "unreachable"  # unsubscribed, blocked: park, and mark the correspondent
    ACCOUNT_STOPPED = "account_stopped"  # nothing can be sent here: hold for `retry_after`, tell the seller
    API_DISABLED = "api_disabled"  # this account has no right to send: passive replies only
    REJECTED = "rejected"  # this message will never be taken
    UNKNOWN = "unknown"  # the call broke off after the platform may have taken it


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt: `reason` in the seller's words, `code` as the platform gave it.

    retry_after and most_attempts narrow what the shop's settings say about trying again.
    """

    verdict: Verdict
    reason: str = ""
    code: str = ""
    platform_id: str = ""
    retry_after: timedelta | None = None
    most_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One correspondent on one account, with the ledger of what may be sent there.

    message_at / message_sent: their last message, and what was sent by API since then.
    touch_at / touch_sent: likewise for a subscribe, click or scan.
    """

    id: int
    account: str
    external_id: str
    customer_id: int | None = None
    reachable: bool = True
    message_at: datetime | None = None
    message_sent: int = 0
    touch_at: datetime | None = None
    touch_sent: int = 0
    next_send_at: datetime | None = None

    @property
    def is_somewhere(self) -> bool:
        """Whether there is such a correspondent; without, nothing can be sent (see `nowhere`)."""
        return self.id != 0


def nowhere(customer_id: int) -> Contact:
    """Stands for the contact of a customer who has none, known from orders alone."""
    return Contact(0, "订单", "", customer_id, reachable=False)


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the platform made us remember about an account. unasked_today: of what greets or sells."""

    account: str
    stopped_until: datetime | None = None
    stopped_reason: str = ""
    api_disabled_until: datetime | None = None
    next_send_at: datetime | None = None
    unasked_today: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """An outbox row that wants to go, with everything that permission may look at.

    called: what the seller calls the correspondent. waited: whether it has been parked before. unwanted: why
    nothing that greets or sells may go there (opted out, stopped …); empty if it may. rule, priority, late:
    as `effects.Push` has them. talking_to: who has taken this conversation over, until `talks_until`.
    sendings: what the person has had; only needed for what nobody asked for.
    """

    message: Outgoing
    contact: Contact
    account: AccountState
    called: str = ""
    origin: str = ""
    waited: bool = False
    expires_at: datetime | None = None
    lease_until: datetime | None = None
    unwanted: str = ""
    rule: str = ""
    priority: int = 0
    late: Late = Late.ANY
    talking_to: str = ""
    talks_until: datetime | None = None
    sendings: Sendings = field(default=Sendings())

    @property
    def unasked(self) -> bool:
        """Whether it greets or sells."""
        return self.message.kind in UNASKED

    @property
    def can_wait(self) -> bool:
        """Whether it keeps to the quiet hours, and lets what comes after it go first."""
        return self.unasked or self.late is not Late.ANY
