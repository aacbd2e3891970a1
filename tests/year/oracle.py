"""What each person must receive in a year, reckoned anew from the scenario and the configuration alone.

Nothing of the program is imported. Written from PRACTICES (57-121, "decided contradictions") and from what
config.yaml promises the seller; where the two differed from the program, one of them was mended. Two things
are taken over from the program: its numbering of people (who has which place in a morning's release, and
with which text somebody begins) and its foresight of run-outs and of who may be won back (see living.py).
"""

from __future__ import annotations

import heapq
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.year.calendars import months_later
from tests.year.living import Happened
from tests.year.saying import Saying
from tests.year.scenario import Year, moment
from tests.year.shop import DAWN, SELLS, Expected, Message, Shop


def expected(year: Year, config: Path, happened: Happened) -> tuple[list[Expected], set[tuple[str, str]]]:
    """Every message that must arrive, in order; and the calls that must lie on the seller's desk."""
    shop = Shop.read(config)
    everybody = [fact for fact in year.facts if not fact.who]
    people = [
        Person(
            shop,
            year,
            who,
            [f for f in year.facts if f.who == who] + everybody,
            happened.journal.get(who, []),
            happened.contacts[who],
            happened.customers[who],
        )
        for who in year.buyers
    ]
    for one in people:
        one.live()
    sent = sorted((e for one in people for e in one.sent), key=lambda e: e.at)
    return sent, {call for one in people for call in one.calls} | _best(year, people)


def _best(year: Year, people: list[Person]) -> set[tuple[str, str]]:
    """Who has spent most by the dawn of 1 December is called, if they may be; and nobody else."""
    day = date(year.begins.year, 12, 1)
    if moment(day, time(9)) > year.ends:
        return set()
    spent = {one.who: one.spent_at(moment(day, DAWN)) for one in people}
    best = min(people, key=lambda one: (-spent[one.who], one.customer))
    willing = not best.unwilling_at(moment(day, time(9)))
    return {(best.who, "年度第一")} if spent[best.who] and willing else set()


class Person(Saying):
    """One customer's year, lived from moment to moment."""

    # --- time -------------------------------------------------------------------------------------

    def live(self) -> None:
        """Facts, dawns, bells and messages in the order of their time."""
        facts = sorted(self.facts, key=lambda f: f.at)
        dawns = [self.year.begins]
        day = self.year.begins.date() + timedelta(days=1)
        while moment(day, DAWN) < self.year.ends:
            dawns.append(moment(day, DAWN))
            day += timedelta(days=1)
        queue: list[tuple[datetime, int, int, Any]] = []
        for n, fact in enumerate(facts):
            heapq.heappush(queue, (fact.at, 0, n, fact))
        for n, dawn in enumerate(dawns):
            heapq.heappush(queue, (dawn, 1, n, None))
        while queue or self.bells or self.waiting:
            self.moods.append((self.now, self.unwilling))
            soonest = queue[0][0] if queue else None
            bell = min(self.bells.values(), key=lambda b: (b.due, b.number), default=None)
            message = min(self.waiting.values(), key=lambda m: (m.due, m.number), default=None)
            moments = [m for m in (soonest, bell and bell.due, message and message.due) if m is not None]
            now = max(min(moments), self.now)
            if now > self.year.ends:
                return
            self.now = now
            if soonest is not None and soonest <= now:
                _, what, _, fact = heapq.heappop(queue)
                self._dawn() if what == 1 else self._happens(fact)
            elif bell is not None and bell.due <= now:
                self._ring(bell)
            elif message is not None:
                self._weigh(message)

    def unwilling_at(self, moment: datetime) -> bool:
        """Whether they were not to be called at that moment of the past."""
        return next(unwilling for at, unwilling in reversed(self.moods) if at <= moment)

    # --- may it go ---------------------------------------------------------------------------------

    def _weigh(self, message: Message) -> None:
        del self.waiting[message.number]
        if message.expires is not None and message.expires <= self.now:
            return
        unwanted = self.opted_out or self.stopped or self.all_stopped or self.complains
        if message.rank and unwanted:
            return
        until = self._obstacle(message)
        if until is None:
            kind = "notice" if not message.rank else "promo" if message.rule["what"] in SELLS else "care"
            if message.rank:
                self.had.append(self.now)
            self.sent.append(
                Expected(self.now, self.who, kind, message.rule["name"], message.occasion, message.text)
            )
            return
        for later in (self._awake(until, spread=True), self._awake(until, spread=False)):
            if message.expires is None or later < message.expires:
                message.due = later
                self.waiting[message.number] = message
                return

    def _awake(self, until: datetime, *, spread: bool) -> datetime:
        if not self.shop.is_quiet(until):
            return until
        return self.shop.morning(until) + (self.shop.place(self.contact) if spread else timedelta())

    def _obstacle(self, message: Message) -> datetime | None:
        """The moment at which it may be asked again; None if it may go now."""
        if not message.rank:
            return self.now if self.shop.is_quiet(self.now) else None
        if self.taken_until is not None and self.taken_until > self.now:
            return self.taken_until
        begins = moment(self.today.replace(day=1), time())
        ends = moment(months_later(self.today.replace(day=1), 1), time())
        above = self._above(message, max(ends, self.now + self.shop.gap))
        this_month = sum(at >= begins for at in self.had)
        if this_month + sum(at < ends for at in above) >= self.shop.cap or this_month >= self.shop.cap:
            return ends + self.shop.place(self.contact)
        if self.had and self.now < max(self.had) + self.shop.gap:
            return max(self.had) + self.shop.gap
        soon = [at for at in above if at < self.now + self.shop.gap]
        if soon:
            return max(*soon, self.now) + self.shop.gap
        return self.now if self.shop.is_quiet(self.now) else None

    def _above(self, message: Message, horizon: datetime) -> list[datetime]:
        """When what matters more is foreseen."""
        bells = [b.due for b in self.bells.values() if b.rank > message.rank]
        waits = [
            m.due
            for m in self.waiting.values()
            if m.rank > message.rank and (m.expires is None or m.expires > self.now)
        ]
        return [at for at in (*bells, *waits) if at < horizon]
