"""How many of those who ask buy, and why the others do not: one buyer counts once, with one reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.commands.desk import Desk
from handlers.commands.framework import listed
from handlers.commands.phrases import short
from handlers.consultation.asking import UNSAID
from storage.queries.consultations import Past

DAYS = 30
MOST_REASONS = 5
MOST_PRODUCTS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """People: who asked, who of them ordered, who was followed up, and of those who ordered."""

    asked: int
    ordered: int
    followed_up: int
    ordered_then: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> int:
        """How many of a hundred who asked have ordered."""
        return round(100 * self.ordered / self.asked) if self.asked else 0


def figures(past: Sequence[Past]) -> Figures:
    """Who ordered anything of what they asked about has ordered; the others' latest reason counts."""
    people: defaultdict[int, list[Past]] = defaultdict(list)
    for one in past:
        people[one.customer_id].append(one)
    bought = {who for who, theirs in people.items() if any(one.ordered for one in theirs)}
    followed = {who for who, theirs in people.items() if any(one.followed_up for one in theirs)}
    then = {one.customer_id for one in past if one.ordered and one.followed_up}
    without = [theirs for who, theirs in people.items() if who not in bought]
    reasons = Counter(_reason(theirs) for theirs in without)
    most_first = sorted(reasons.items(), key=lambda r: (r[0] == UNSAID, -r[1], r[0]))
    return Figures(len(people), len(bought), len(followed), len(then), tuple(most_first))


def _reason(theirs: Sequence[Past]) -> str:
    given = [one for one in theirs if one.reason and one.reason != UNSAID]
    return short(max(given, key=lambda one: one.last_at).reason, 10) if given else UNSAID


def in_short(desk: Desk) -> str:
    """30 天里 23 人问过，9 人下单（39%）。没下单的原因：嫌贵 5、再想想 3、没说 6."""
    past = _of_late(desk)
    if not past:
        return ""
    found = figures(past)
    counts = f"{DAYS} 天里 {found.asked} 人问过，{found.ordered} 人下单（{found.share}%）。"
    return counts + (f"没下单的原因：{_reasons(found)}" if found.reasons else "")


def by_product(desk: Desk) -> str:
    """The same, what following up has brought, and each product."""
    past = _of_late(desk)
    if not past:
        return f"{DAYS} 天里没有人来问过。"
    found = figures(past)
    followed = f"跟过 {found.followed_up} 人，{found.ordered_then} 人后来下单" if found.followed_up else ""
    products: defaultdict[str, list[Past]] = defaultdict(list)
    for one in past:
        products[one.product].append(one)
    most_asked = sorted(products.items(), key=lambda p: (-figures(p[1]).asked, p[0]))
    lines = [_product(name, figures(theirs)) for name, theirs in most_asked[:MOST_PRODUCTS]]
    more = f"另有 {len(most_asked) - MOST_PRODUCTS} 样没列" if len(most_asked) > MOST_PRODUCTS else ""
    return "\n".join(filter(None, (in_short(desk), followed, listed(lines), more)))


def _product(name: str, found: Figures) -> str:
    why = f"；没下单：{_reasons(found)}" if found.reasons else ""
    return f"{short(name) or '没说哪样'}：{found.asked} 人问，{found.ordered} 人下单（{found.share}%）{why}"


def _reasons(found: Figures) -> str:
    shown = [f"{name} {count}" for name, count in found.reasons[:MOST_REASONS]]
    others = sum(count for _, count in found.reasons[MOST_REASONS:])
    return "、".join([*shown, *([f"其他 {others}"] if others else [])])


def _of_late(desk: Desk) -> list[Past]:
    return desk.consultations_since(desk.now - timedelta(days=DAYS))
