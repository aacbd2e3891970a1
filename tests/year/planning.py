"""Which care follows for one customer, and when: the rules of `care` read anew (PRACTICES 57-121)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.year.calendars import birthdays, festival, months_later
from tests.year.record import Record
from tests.year.scenario import ZONE, moment
from tests.year.shop import BIRTHDAYS_AHEAD, FACTS_OF_ORDERS, OF_A_DAY, Bell, Order, clock, span


class Planning(Record):
    """Winds the bells."""

    # --- planning ---------------------------------------------------------------------------------

    def plan(self, newly_bought: Order | None) -> None:
        """Orders have changed: what follows from them is wound, moved, or taken back."""
        wanted = {}
        for rule in self.shop.rules:
            for occasion, due in self._wanted(rule, newly_bought):
                wanted[rule["name"], occasion] = (rule, due)
        for (_, occasion), (rule, due) in wanted.items():
            self._wind(rule, occasion, due)
        taken_back = (*FACTS_OF_ORDERS, "run_out")
        for key, bell in list(self.bells.items()):
            if bell.rule["when"] in taken_back and key not in wanted:
                del self.bells[key]

    def _wanted(self, rule: dict[str, Any], newly: Order | None) -> Iterator[tuple[str, datetime]]:
        when = rule["when"]
        if when in FACTS_OF_ORDERS:
            for order in self.orders.values():
                fact = {
                    "order_created": order.created,
                    "order_paid": order.paid,
                    "order_signed": order.signed,
                }[when]
                if order.over or fact is None or ("paid" in rule.get("stop", ()) and order.paid):
                    continue
                if order.total >= rule.get("least", 0):
                    yield order.number, self._after(rule, fact)
        elif when == "spent" and newly is not None and newly.paid is not None:
            before = self.spent - newly.total
            passed = [amount for amount in rule["amounts"] if before < amount <= self.spent]
            if passed:
                yield str(max(passed)), self._after(rule, newly.paid)
        elif when == "tier_reached" and (tier := self.tier()):
            yield f"{tier[0]}/{tier[1]}", self._on(rule, tier[1])
        elif when == "run_out" and (seen := self.figures()) and seen.next_on and seen.next_goods:
            yield f"{seen.next_goods}/{seen.next_on}", self._on(rule, date.fromisoformat(seen.next_on))

    def _dawn(self) -> None:
        """Once a day, the calendar: what is due by tomorrow; birthdays and festivals a month or two ahead."""
        first, last = self.last_pass or self.today, self.today + timedelta(days=1)
        begun, self.last_pass = self.last_pass is not None, self.today
        for rule in self.shop.rules:
            for occasion, day in self._dated(rule, first, last, begun):
                self._wind(rule, occasion, self._on(rule, day))

    def _dated(
        self, rule: dict[str, Any], first: date, last: date, begun: bool
    ) -> Iterator[tuple[str, date]]:
        shift = timedelta(days=rule.get("days", 0))
        near = (first - shift, last - shift)
        match rule["when"]:
            case "birthday" | "month_before_birthday" if self.born:
                for own_year, on in birthdays(self.born, first, self.today + BIRTHDAYS_AHEAD):
                    yield str(own_year), months_later(on, -1) if rule["when"] != "birthday" else on
            case "festival":
                far = last - shift + timedelta(days=31)
                begin = far - (near[1] - near[0]) if begun else near[0]
                for name in rule["festivals"]:
                    for solar in (first.year, far.year):
                        on = festival(name, solar)
                        if (near[0] <= on <= near[1] or begin <= on <= far) and self._fits(rule):
                            yield f"{name}/{solar}", on
            case "dormant" if self.last_on:
                for months in rule["months"]:
                    on = months_later(self.last_on, months)
                    if near[0] <= on <= near[1]:
                        yield f"{months}/{self.last_on}", on
            case "run_out" if (seen := self.figures()) and seen.next_on and seen.next_goods:
                on = date.fromisoformat(seen.next_on)
                if near[0] <= on <= near[1]:
                    yield f"{seen.next_goods}/{seen.next_on}", on
            case "tier_ends" if tier := self.tier():
                on = tier[2] - timedelta(days=30)
                if near[0] <= on <= near[1]:
                    yield f"{tier[0]}/{tier[2]}", on
            case "points_end" if (until := self.points_until()) and near[0] <= until <= near[1]:
                yield str(until), until

    def _wind(self, rule: dict[str, Any], occasion: str, due: datetime) -> None:
        key = (rule["name"], occasion)
        if key in self.settled:
            return
        if (bell := self.bells.get(key)) is not None:
            bell.due = due
            return
        last = self._last(rule, due)
        if self.now >= (last if last is not None else due + timedelta(days=31)):
            return
        self.number += 1
        self.bells[key] = Bell(rule, occasion, due, self.number)

    def _on(self, rule: dict[str, Any], day: date) -> datetime:
        return moment(day + timedelta(days=rule.get("days", 0)), clock(rule.get("at", "10:00")))

    def _after(self, rule: dict[str, Any], fact: datetime) -> datetime:
        if "after" in rule:
            return fact + span(rule["after"])
        return max(self._on(rule, fact.astimezone(ZONE).date()), fact)

    def _last(self, rule: dict[str, Any], due: datetime) -> datetime | None:
        """From when on it is too late: greetings after their day, reminders after three, calls never."""
        if "late" in rule:
            return due + span(rule["late"])
        if rule["what"] in OF_A_DAY:
            return moment(due.astimezone(ZONE).date() + timedelta(days=1), time())
        return None if rule["what"] == "call" else due + timedelta(days=3)

    def _fits(self, rule: dict[str, Any]) -> bool:
        """The conditions that the shipped rules have, and no others."""
        seen = self.figures()
        won_back = seen.win_back if seen else 0
        holds = {
            "": True,
            "订单数>0": len(self.bought) > 0,
            "非 标签=反感促销": "反感促销" not in self.tags,
            "订单数=1 且 标签=接受促销": len(self.bought) == 1 and "接受促销" in self.tags,
            "订单数>0 且 非 标签=羊毛党": len(self.bought) > 0 and "羊毛党" not in self.tags,
            "挽回<40": won_back < 40,
            "挽回>=40 且 非 标签=羊毛党": won_back >= 40 and "羊毛党" not in self.tags,
        }
        return holds[rule.get("audience", "")]
