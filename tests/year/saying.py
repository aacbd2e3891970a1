"""What there is to say to one customer when a bell rings, and in which words."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from string import Formatter
from typing import Any

from tests.year.planning import Planning
from tests.year.shop import EVERYBODY, Bell, Message, Order

FORGOTTEN = timedelta(days=330)
"""After which the same words may come again: the lunar year is shorter than ours."""
OVERSLEPT = timedelta(hours=1)
"""What is said so late is said in turns, as what the night has held."""


class Saying(Planning):
    """Rings the bells."""

    # --- the time has come ------------------------------------------------------------------------

    def _ring(self, bell: Bell) -> None:
        key = (bell.rule["name"], bell.occasion)
        del self.bells[key]
        self.settled.add(key)
        facts = self._matter(bell.rule, bell.occasion)
        last = self._last(bell.rule, bell.due)
        if facts is None or (last is not None and self.now >= last):
            return
        chosen = self._words(bell.rule, facts)
        if chosen is None:
            return
        if bell.rule["what"] == "call":
            self.calls.append((self.who, bell.rule["name"]))
            return
        self.number += 1
        turn = self.shop.place(self.contact) if self.now - bell.due >= OVERSLEPT else timedelta()
        self.waiting[self.number] = Message(
            bell.rule, bell.occasion, chosen, self.now + turn, last, self.number
        )

    @property
    def unwilling(self) -> bool:
        """Not to be called now."""
        return self.complains or self.opted_out or self.stopped

    def _matter(self, rule: dict[str, Any], occasion: str) -> dict[str, str] | None:
        """What there is to say of it now; None for nothing."""
        if not self._fits(rule) or ("complaint_open" in rule.get("stop", ()) and self.complains):
            return None
        if rule["what"] == "call" and self.unwilling:
            return None
        match rule["when"]:
            case "spent":
                return {"amount": occasion, "goods": "some"} if self.spent >= int(occasion) else None
            case "tier_reached" | "tier_ends":
                tier = self.tier()
                day = tier and (tier[1] if rule["when"] == "tier_reached" else tier[2])
                return (
                    dict.fromkeys(("tier", "benefits", "day"), "some")
                    if tier and f"{tier[0]}/{day}" == occasion
                    else None
                )
            case "run_out":
                return self._run_out(occasion)
            case "birthday" | "month_before_birthday":
                return self._birthday(rule, occasion)
            case "festival":
                return {"festival": occasion.partition("/")[0]}
            case "dormant":
                same = str(self.last_on) == occasion.partition("/")[2]
                return {"months": "some", "goods": "some"} if same else None
            case "points_end":
                return {"points": "some", "day": "some"} if str(self.points_until()) == occasion else None
        return self._of_order(rule, self.orders[occasion])

    def _run_out(self, occasion: str) -> dict[str, str] | None:
        seen = self.figures()
        if seen is None or not seen.next_on or f"{seen.next_goods}/{seen.next_on}" != occasion:
            return None
        left = (date.fromisoformat(seen.next_on) - self.today).days
        return {"goods": seen.next_goods, "days": str(left) if left > 0 else ""}

    def _birthday(self, rule: dict[str, Any], occasion: str) -> dict[str, str] | None:
        tier = self.tier()
        gifts = rule.get("gifts", {})
        return {
            "tier": tier[0] if tier else "",
            "gift": gifts.get(tier and tier[0]) or gifts.get(EVERYBODY, ""),
        }

    def _of_order(self, rule: dict[str, Any], order: Order) -> dict[str, str] | None:
        stop = rule.get("stop", ())
        others = [o for o in self.orders.values() if o is not order and not o.over]
        if order.over or ("paid" in stop and order.paid):
            return None
        if "bought_again" in stop and any(o.created > order.created for o in others):
            return None
        goods = order.goods
        if "bought_before" in stop:
            before = {g for o in others if o.created < order.created for g in o.goods}
            goods = [g for g in goods if g not in before]
            if not goods:
                return None
        usage = next((self.shop.products[g] for g in goods if self.shop.products[g].get("usage")), {})
        care = next((self.shop.products[g] for g in goods if self.shop.products[g].get("care")), {})
        return {"goods": "、".join(goods), "usage": usage.get("usage", ""), "care": care.get("care", "")}

    def _words(self, rule: dict[str, Any], facts: dict[str, str]) -> str | None:
        """The text read least often; none that was read within the year, unless it is a notice."""
        texts = list(enumerate(rule["texts"]))
        if rule.get("plain") and "长辈" in self.tags:
            texts = [(1000 + n, text) for n, text in enumerate(rule["plain"])]
        known = facts | {"shop": "some"}
        sayable = [
            (n, t)
            for n, t in texts
            if all(known.get(v) for _, v, _, _ in Formatter().parse(t) if v and v != "name")
        ]
        if not sayable:
            return None
        first = self.customer % len(sayable)
        read = self.read.setdefault(rule["name"], [])
        times = Counter(n for n, _ in read)
        number, text = min([*sayable[first:], *sayable[:first]], key=lambda c: times[c[0]])
        last = max((at for n, at in read if n == number), default=None)
        if rule["what"] != "notice" and last is not None and self.now - last < FORGOTTEN:
            return None
        read.append((number, self.now))
        return str(text)
