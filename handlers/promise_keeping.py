"""What sellers promise a buyer is remembered, reminded of and judged (PRACTICES 22, 23). Pure.

The bot never tells the buyer anything about a promise by itself: it has a draft ready for the seller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.core.customer import Customer, OpenPromise
from bot.core.effects import Effect, MakePromise, MovePromise, NotifySeller
from bot.core.settings import Settings
from handlers.promise_times import judged_at, next_ring, reminder_at
from handlers.promise_words import apology, pledge, span
from handlers.promises import Deed, Promise, promised
from handlers.rings import Ring
from handlers.wording import typed

OPEN, KEPT, BROKEN = "open", "kept", "broken"
MOVED: Final = "moved"
"""Another promise took its place: neither kept nor broken."""
DROPPED: Final = "dropped"
"""It was none, or its message was taken back."""

_QUOTED = re.compile('“[^”]*”|「[^」]*」|"[^"]*"')


# --- what the seller's words promise, keep and replace ------------------------------------------


def spoken(customer: Customer, text: str, by: str, settings: Settings, now: datetime) -> list[Effect]:
    """What follows for promises from the words of the seller `by` to this buyer, said at `now`.

    New promises are made; one that is open already is not made twice. An open one of the same kind gives
    way to a new one (今晚发 → 明天一早发); an older 答复 is kept by any words that do not put it off again.
    What stands in quotation marks is quoted, not promised.
    """
    found = promised(_QUOTED.sub("", text), now, settings.shop.zone, settings.shop.opening.closing)
    new = [promise for promise in found if not any(_same(promise, old) for old in customer.promises)]
    settled = [
        MovePromise(old.id, customer.id, state)
        for old in customer.promises
        if (state := _becomes(old, found)) != OPEN
    ]
    made = [made_promise(customer.id, p.what, p.words, by, p.due_at, settings, now) for p in new]
    return [*settled, *made]


def made_promise(
    customer_id: int, what: str, words: str, by: str, due_at: datetime, settings: Settings, now: datetime
) -> MakePromise:
    """The promise with its first ring."""
    ring_at = reminder_at(settings, now, due_at)
    return MakePromise(customer_id, what, words, by, due_at, ring_at)


def _same(promise: Promise, old: OpenPromise) -> bool:
    if promise.what != old.what or promise.due_at != old.due_at:
        return False
    return promise.what is not Deed.OTHER or promise.words == old.words


def _becomes(old: OpenPromise, found: Iterable[Promise]) -> str:
    if any(_same(promise, old) for promise in found):
        return OPEN
    if old.what != Deed.OTHER and any(promise.what == old.what for promise in found):
        return MOVED
    return KEPT if old.what == Deed.ANSWER else OPEN


def noted(customer: Customer, effects: Iterable[Effect], settings: Settings, now: datetime) -> str:
    """The seller's one line about what `spoken` has found, with how to drop it; empty if it found nothing."""
    told = list(effects)
    made = [e for e in told if isinstance(e, MakePromise)]
    kept = {e.promise_id for e in told if isinstance(e, MovePromise) and e.state == KEPT}
    done = [f"“{p.words}”算做到了" for p in customer.promises if p.id in kept]
    if not made:
        again = f"没完就打：改期 {typed(customer)} 明天"
        return f"{'，'.join(done)}；{again}" if done else ""
    new = "、".join(pledge(e.what, e.words, e.due_at, settings, now) for e in made)
    dropped = f"没这意思就打：没答应 {typed(customer)}"
    return "；".join([*done, f"记下了：{new}。{dropped}"])


def kept(customer: Customer, *what: Deed) -> list[Effect]:
    """These kinds of deed have been done: what is open of them is kept."""
    return [MovePromise(p.id, customer.id, KEPT) for p in customer.promises if p.what in what]


def shipped(customer: Customer, *, again: bool) -> list[Effect]:
    """A parcel was handed over; `again`: its order had one before, so that it may be a promised 补发."""
    first, second = (Deed.RESEND, Deed.SHIP) if again else (Deed.SHIP, Deed.RESEND)
    return kept(customer, first) or kept(customer, second)


def taken_back(customer: Customer, created_at: datetime) -> list[Effect]:
    """The seller's message of that moment was taken back: what it promised is no promise.

    created_at: the message's, as the outbox has it. What it had kept or replaced is `reopened`.
    """
    return [MovePromise(p.id, customer.id, DROPPED) for p in customer.promises if p.made_at == created_at]


def reopened(
    customer: Customer, promises: Iterable[OpenPromise], settings: Settings, now: datetime
) -> list[Effect]:
    """These were settled by mistake: they are open again, each with its ring."""
    return [
        MovePromise(p.id, customer.id, OPEN, ring_at=next_ring(settings, now, p.due_at)) for p in promises
    ]


# --- what the bot does when its time comes ------------------------------------------------------


def ring(ring: Ring) -> list[Effect]:
    """A promise is nearly due, or due; `occasion` is its number."""
    promise = next((p for p in ring.customer.promises if str(p.id) == ring.occasion), None)
    if promise is None:
        return []
    if ring.now < promise.due_at:
        judged = judged_at(ring.settings, ring.now, promise.due_at)
        moved = MovePromise(promise.id, ring.customer.id, ring_at=judged)
        return [moved, _told(promise, "due", _reminder(ring, promise))]
    broken = MovePromise(promise.id, ring.customer.id, BROKEN)
    return [broken, _told(promise, "broken", _broken(ring, promise))]


def _told(promise: OpenPromise, what: str, text: str) -> NotifySeller:
    """Once for every time that was promised: another time is another matter."""
    return NotifySeller(text, f"promise:{promise.id}:{what}:{promise.due_at.timestamp():.0f}")


def _reminder(ring: Ring, promise: OpenPromise) -> str:
    name = typed(ring.customer)
    what = pledge(promise.what, promise.words, promise.due_at, ring.settings, ring.now)
    left = span(promise.due_at - ring.now)
    do = {Deed.SHIP: f"发货就打：发货 {name} 单号；别处发了", Deed.ANSWER: f"回他：回 {name} 文字；别处回了"}
    done = do.get(Deed(promise.what), "办好了")
    head = f"{_who(promise, ring.settings)}答应 {ring.customer.called} {what}，还剩 {left}。"
    return f"{head}\n{done}打：做到 {name}；要改打：改期 {name} 明天"


def _broken(ring: Ring, promise: OpenPromise) -> str:
    name = typed(ring.customer)
    what = pledge(promise.what, promise.words, promise.due_at, ring.settings, ring.now)
    return "\n".join(
        (
            f"没做到：{_who(promise, ring.settings)}答应 {ring.customer.called} {what}，到点了。",
            f"其实办了打：做到 {name}；定新时间打：改期 {name} 明天",
            f"先说一声就发：回 {name} {apology(promise, ring.settings, ring.now)}",
        )
    )


def _who(promise: OpenPromise, settings: Settings) -> str:
    return promise.by if promise.by and len(settings.sellers) > 1 else "你"
