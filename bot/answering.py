"""How an answer reaches who asked: in the HTTP answer, by API, or when they write again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.decision import Answer
from bot.core.delivery import PICTURE, Capability, Status, Via
from bot.core.splitting import split_text

GAP = "\n\n"
"""Between two texts in one message."""


@dataclass(frozen=True, slots=True)
class Parked:
    """An outbox row that waits for its correspondent to speak; `later`: goes after the answer to that."""

    id: int
    text: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What the HTTP answer carries, the new outbox rows, and the parked ones that ride along."""

    http_answer: str | None = None
    answers: tuple[Answer, ...] = ()
    joined: tuple[int, ...] = ()


def compose(
    replies: Sequence[str],
    capability: Capability,
    *,
    api: bool,
    parked: Sequence[Parked] = (),
    more: str = "",
    pictures: Sequence[bytes] = (),
) -> Composed:
    """Spread `replies` over the roads that are open.

    api: whether messages of one's own accord may be sent at all on this account now.
    parked: older texts, considered only where the HTTP answer is the one road (CHANNELS §1.7, 48001).
    more: the line that says there is a rest. pictures: what comes after the texts, where there is a road.
    """
    if capability.passive and not api:
        return _passive_only(replies, capability.text_bytes, parked, more)
    parts = [part for reply in replies for part in split_text(reply, capability.text_bytes)]
    shown = [Answer(PICTURE, Via.API, Status.PLANNED, png) for png in pictures if capability.carries(png)]
    if not capability.passive:
        return Composed(answers=(*(Answer(p, Via.API, Status.PLANNED) for p in parts), *shown))
    first = tuple(Answer(p, Via.PASSIVE, Status.SENDING) for p in parts[:1])
    rest = tuple(Answer(p, Via.API, Status.PLANNED) for p in parts[1:])
    return Composed(parts[0] if parts else None, (*first, *rest, *shown))


def _passive_only(replies: Sequence[str], most_bytes: int, parked: Sequence[Parked], more: str) -> Composed:
    room = most_bytes - len(more.encode()) - len(GAP)
    if room < most_bytes // 2:
        more, room = "", most_bytes
    fits = [p for p in parked if len(p.text.encode()) <= most_bytes]
    before: list[tuple[int | None, str]] = [(p.id, p.text) for p in fits if not p.later]
    after: list[tuple[int | None, str]] = [(p.id, p.text) for p in fits if p.later]
    whole = [r for r in replies if r.strip()]
    if len(GAP.join([*(text for _, text in before + after), *whole]).encode()) <= most_bytes:
        room = most_bytes
    waiting = before + [(None, piece) for reply in whole for piece in split_text(reply, room)] + after
    riding = _fitting([text for _, text in waiting], room)
    if not riding:
        return Composed()
    taken, left = waiting[:riding], waiting[riding:]
    said = GAP.join(text for _, text in taken)
    if left and more and len((said + GAP + more).encode()) <= most_bytes:
        said += GAP + more
    answers = [Answer(text, Via.PASSIVE, Status.SENDING) for id_, text in taken if id_ is None]
    answers += [Answer(text, Via.API, Status.PARKED) for id_, text in left if id_ is None]
    return Composed(said, tuple(answers), tuple(id_ for id_, _ in taken if id_ is not None))


def _fitting(texts: Sequence[str], room: int) -> int:
    """How many of `texts`, from the first, fit together with their gaps; one always does, if there is one."""
    used = -len(GAP)
    for count, text in enumerate(texts):
        used += len(text.encode()) + len(GAP)
        if used > room and count:
            return count
    return len(texts)
