"""How a batch is cut so that each decision sees what the one before left (ADR 3). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.events import Event, OrderEvent, ParcelEvent, SellerMessage, TimerDue


def waves(batch: Sequence[Event]) -> Iterator[list[int]]:
    """Indices of the events that may be decided together: nobody twice, timers apart.

    A seller's message stands alone, because a command may look at anybody; so does a shop event, because
    whom it concerns is only known when it is looked up.
    """
    wave: list[int] = []
    inside: set[tuple[str, str]] = set()
    for index, event in enumerate(batch):
        if wave and (_who(event) in inside or not _together(batch[wave[0]], event)):
            yield wave
            wave, inside = [], set()
        wave.append(index)
        inside.add(_who(event))
    if wave:
        yield wave


def _who(event: Event) -> tuple[str, str]:
    if isinstance(event, TimerDue):
        return "", str(event.customer_id)
    if isinstance(event, OrderEvent | ParcelEvent):
        return "", ""
    return event.account, event.external_id


def _together(one: Event, other: Event) -> bool:
    alone = (SellerMessage, OrderEvent, ParcelEvent)
    if isinstance(one, alone) or isinstance(other, alone):
        return False
    return isinstance(one, TimerDue) == isinstance(other, TimerDue)
