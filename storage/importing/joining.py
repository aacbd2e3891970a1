"""People of whom a row says that they have the same phone: one person, or a question to the seller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection

from bot.core.effects import Audit
from bot.core.namesake import Namesake
from storage.alike import ask_later, at_home, unasked
from storage.load import living
from storage.queries.namesakes import namesakes, taken_apart
from storage.writers import Origin, Surroundings, write_effects
from storage.writers.merging import merge

BY = "导入"
Unlike = Callable[[list[Namesake]], str]
"""Why these who share a phone may not be one; empty if they are (`handlers.profile.same`)."""


class Joined(NamedTuple):
    """What the report says, and who is to be valued again."""

    notes: list[str]
    people: set[int]


class Joining:
    """Joins as the chat does: by itself, or it asks, once, in the morning list; dry: nothing is written."""

    def __init__(self, unlike: Unlike, now: datetime, *, dry: bool) -> None:
        self._unlike = unlike
        self._now = now
        self._dry = dry

    def of_phones(self, connection: Connection, shared: Mapping[str, set[int]]) -> Joined:
        """Join who shares these phones, in the transaction that found it out."""
        done = Joined([], set())
        questions: dict[tuple[int, int], str] = {}
        for phone, ids in shared.items():
            people = self._people(connection, ids)
            why = self._unlike(people) if len(people) > 1 else ""
            if why:
                questions |= {(a.id, b.id): f"同一个手机号，可是{why}" for a, b in pairwise(people)}
            elif len(people) == 2:
                self._join(connection, people[0], people[1], phone, done)
        done.notes.extend(self._ask(connection, questions))
        return done

    def _people(self, connection: Connection, ids: set[int]) -> list[Namesake]:
        """Who of these are still there and were never taken apart, the elder first."""
        known = namesakes(connection, set(living(connection, ids).values()))
        apart = taken_apart(connection, known)
        people = [one for one in known.values() if not any(one.id in pair for pair in apart)]
        return sorted(people, key=lambda one: (one.first_seen_at or self._now, one.id))

    def _join(self, connection: Connection, elder: Namesake, other: Namesake, phone: str, to: Joined) -> None:
        why = f"同一个手机号（尾号 {phone[-4:]}）"
        if not self._dry:
            merge(connection, elder.id, other.id, self._now, BY, why)
            audit = Audit(BY, "合并", f"#{elder.id} #{other.id}：{why}", elder.id)
            write_effects(connection, [(Origin(self._now, None, Surroundings()), audit)])
        to.people.add(elder.id)
        names = f"{elder.called} #{elder.id} 和 {other.called} #{other.id}"
        to.notes.append(f"{names} 是{why}，合成一个人了。不是就打：拆分 #{elder.id}")

    def same_home(self, connection: Connection) -> list[str]:
        """Ask about everybody of the same name and address."""
        return self._ask(connection, at_home(connection))

    def _ask(self, connection: Connection, questions: Mapping[tuple[int, int], str]) -> list[str]:
        new = unasked(connection, questions)
        if not self._dry:
            ask_later(connection, new, self._now)
        return ["有两位像是同一个人，我没有动，放在 今日 里问你"] * len(new)
