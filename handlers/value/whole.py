"""Everything a customer is worth, from what is on record: all of this package's answers at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.settings import Product, Settings
from bot.core.worth import OnRecord
from handlers.value import alive as living
from handlers.value import bands, dormancy, kinds, lifecycle, rfm, tiers
from handlers.value.cycles import Cycle, RunOut, label_cycle, own_cycle, own_median, run_out
from handlers.value.history import (
    Gap,
    Purchase,
    Summary,
    day_text,
    gaps,
    months_after,
    product_gaps,
    purchases,
    shop_day,
    summary,
)
from handlers.value.lifecycle import Facts, Stage, Transition
from handlers.value.points import Account, account
from handlers.value.points_of_orders import Line, ledger, lines_due
from handlers.value.winback import win_back

FRESHNESS = 4
"""What changes with every day of silence is looked at again after a quarter more of it,"""
SOONEST = 14
"""but not sooner than after so many days; dates on which something turns are kept to the day."""


@dataclass(frozen=True)
class ShopFigures:
    """What all customers together say: where scores begin, the days between purchases, of each product."""

    scale: rfm.Scale
    cycle: Cycle
    products: Mapping[str, Cycle] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worth:
    """What follows for one customer: the row's columns, and what is new beside it.

    moves: steps between stages; lines: of the points ledger; both to be written once. votes: days per piece
    by product.
    """

    customer_id: int
    columns: Mapping[str, Any]
    moves: Sequence[Transition] = ()
    lines: Sequence[Line] = ()
    votes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reckoning:
    """The shop's settings and figures, made ready for many customers."""

    settings: Settings
    figures: ShopFigures
    by_name: Mapping[str, Product]
    prices: Mapping[str, Decimal]
    costs: Mapping[str, Decimal]

    @classmethod
    def of(cls, settings: Settings, figures: ShopFigures) -> Reckoning:
        """Ready for any number of customers."""
        names = {name: p for p in settings.products for name in (*p.aliases, p.name)}
        prices = {name: p.price for name, p in names.items()}
        costs = {name: p.cost for name, p in names.items() if p.cost is not None}
        return cls(settings, figures, names, prices, costs)

    def worth(self, one: OnRecord, now: datetime) -> Worth:
        """All that follows from this record at `now`."""
        value, zone = self.settings.value, self.settings.shop.zone
        today = shop_day(now, zone)
        bought = purchases(one.orders, zone, self.prices)
        whole, cycle = summary(bought), own_cycle(gaps(bought), self.figures.cycle)
        facts = Facts(
            whole.orders, whole.last, one.praise + len(one.brought), one.stage == Stage.AGENT, cycle
        )
        spans = _spans(bought)
        lines = lines_due(one, now, zone, value.points)
        points = account([*ledger(one.ledger), *(line.entry for line in lines)], now, zone)
        standing = tiers.standing(bought, value.tiers, today, one.brought)
        scores = rfm.score(whole, self.figures.scale, today)
        columns = {
            **_figures(bought, whole, cycle, today),
            **self._scored(scores),
            **self._expected(bought, whole, cycle, spans),
            **self._outlook(bought, whole, cycle, today),
            **self._kind(one, whole),
            **_tier(standing),
            "signs": facts.signs,
            "bargain": kinds.bargain_hunter(bought, value.kinds),
            "points": points.balance,
            "points_until": _next_end(points),
        }
        again = self._look_again(whole, facts, standing, points, today)
        return Worth(
            one.customer_id,
            columns | {"look_again_on": again, "valued_at": now},
            self._moves(one, bought, facts, today),
            lines,
            _votes(spans),
        )

    # --- parts ----------------------------------------------------------------------------------

    def _scored(self, scores: rfm.Rfm | None) -> dict[str, Any]:
        if scores is None:
            return {"recency": 0, "frequency": 0, "monetary": 0, "segment": ""}
        return {
            "recency": scores.recency,
            "frequency": scores.frequency,
            "monetary": scores.monetary,
            "segment": scores.name,
        }

    def _outlook(
        self, bought: Sequence[Purchase], whole: Summary, cycle: Cycle, today: date
    ) -> dict[str, Any]:
        value = self.settings.value
        days = len({p.day for p in bought})
        chance = living.alive(days, whole.last, cycle, today)
        earned = bands.margin(bought, self.costs) if self.costs else None
        asleep = dormancy.dormant(whole.last, value.dormancy, today)
        return {
            "alive": chance.probability,
            "win_back": win_back(whole, chance, value.win_back, earned).score,
            "dormant": asleep.months if asleep else 0,
            "margin": earned.earned if earned else None,
            "margin_orders": earned.orders if earned else 0,
        }

    def _kind(self, one: OnRecord, whole: Summary) -> dict[str, Any]:
        interest = kinds.Interest(len(one.brought), one.questions, one.dearest)
        judged = kinds.judge(whole, interest, self.settings.value.kinds)
        return {"kind": judged.kind.value, "follow_up": judged.follow_up, "kind_reason": judged.reason}

    def _expected(
        self, bought: Sequence[Purchase], whole: Summary, cycle: Cycle, spans: Spans
    ) -> dict[str, Any]:
        """When they should come next, as seen on the day of the latest purchase.

        What is used up sets the day; without such goods it is a cycle later.
        """
        if whole.last is None:
            return {"next_on": None, "next_goods": "", "next_reason": ""}
        ends = [found for found in self._run_outs(bought, spans) if found[1].day > whole.last]
        if ends:
            goods, soonest = min(ends, key=lambda found: found[1].day)
            return {"next_on": soonest.day, "next_goods": goods, "next_reason": soonest.reason}
        day = living.next_purchase(whole.last, cycle, whole.last)
        reason = f"{day_text(whole.last)}买过，{cycle.reason}一次"
        return {"next_on": day, "next_goods": "", "next_reason": reason}

    def _run_outs(self, bought: Sequence[Purchase], spans: Spans) -> Iterator[tuple[str, RunOut]]:
        """Of what is used up: what the label says so of, and what they have bought again themselves."""
        for product, own in spans.items():
            known = self.by_name.get(product)
            if own or (known is not None and known.use_days is not None):
                cycle = own_cycle(own, self._of_product(product))
                if (end := run_out(bought, product, cycle)) is not None:
                    yield product, end

    def _of_product(self, product: str) -> Cycle:
        known = self.by_name.get(product)
        label = label_cycle(known.use_days if known else None, self.settings.value.default_cycle)
        return self.figures.products.get(product, label)

    def _moves(
        self, one: OnRecord, bought: Sequence[Purchase], facts: Facts, today: date
    ) -> tuple[Transition, ...]:
        """What brought them here; who never bought keeps the stage that somebody gave them."""
        rules = self.settings.value.lifecycle
        if one.moved:
            step = lifecycle.transition(facts, one.stage, rules, today)
            return (step,) if step else ()
        return lifecycle.retraced(bought, rules, self.figures.cycle, today, facts)

    def _look_again(
        self, whole: Summary, facts: Facts, standing: tiers.Standing, points: Account, today: date
    ) -> date | None:
        """The first day on which something of this is no longer so by itself; None: never."""
        turns = [end + timedelta(days=1) for end in (standing.until, _next_end(points)) if end is not None]
        if whole.last is not None:
            last = whole.last
            turns += [months_after(last, months) for months in self.settings.value.dormancy.months]
            turns += [last + timedelta(days=days) for days in self.figures.scale.recency]
            turns.append(today + timedelta(days=max(living.silence(last, today) // FRESHNESS, SOONEST)))
            if (lost := lifecycle.lost_on(facts, self.settings.value.lifecycle)) is not None:
                turns.append(lost)
        return min((day for day in turns if day > today), default=None)


Spans = Mapping[str, Sequence[Gap]]
"""By product: the days between its purchases."""


def _spans(bought: Sequence[Purchase]) -> Spans:
    products = dict.fromkeys(name for p in bought for name, _ in p.pieces)
    return {name: product_gaps(bought, name) if len(bought) > 1 else () for name in products}


def _votes(spans: Spans) -> dict[str, float]:
    medians = {name: own_median(own) for name, own in spans.items() if own}
    return {name: days for name, days in medians.items() if days is not None}


def _figures(bought: Sequence[Purchase], whole: Summary, cycle: Cycle, today: date) -> dict[str, Any]:
    known = whole.last is not None
    return {
        "orders": whole.orders,
        "days": len({p.day for p in bought}),
        "spent": whole.spent,
        "average": bands.average_order(bought),
        "a_year": bands.orders_a_year(bought, today),
        "band": bands.band(whole.orders),
        "first_on": whole.first,
        "last_on": whole.last,
        "own_days": own_median(gaps(bought)),
        "cycle_days": cycle.days if known else None,
        "cycle_basis": cycle.basis.value if known else "",
        "cycle_reason": cycle.reason if known else "",
    }


def _tier(standing: tiers.Standing) -> dict[str, Any]:
    return {
        "tier": standing.tier.name if standing.tier else "",
        "tier_since": standing.since,
        "tier_until": standing.until,
        "tier_remind_on": standing.remind_on,
    }


def _next_end(points: Account) -> date | None:
    return min((until for _, until in points.lots if until is not None), default=None)
