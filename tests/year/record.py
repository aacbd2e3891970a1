"""What is on record of one customer by now, as the facts of the year tell it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.year.calendars import months_later
from tests.year.living import Journal
from tests.year.scenario import ZONE, Fact, Year
from tests.year.shop import TERM, VALID, Bell, Expected, Message, Order, Shop


@dataclass
class Record:
    """One customer: the facts so far, and the figures that follow from them."""

    shop: Shop
    year: Year
    who: str
    facts: list[Fact]
    journal: list[Journal]
    contact: int
    customer: int
    sent: list[Expected] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.tags: set[str] = set()
        self.born = ""
        self.opted_out = self.stopped = self.all_stopped = self.complains = False
        self.moods: list[tuple[datetime, bool]] = []
        self.taken_until: datetime | None = None
        self.bells: dict[tuple[str, str], Bell] = {}
        self.settled: set[tuple[str, str]] = set()
        self.waiting: dict[int, Message] = {}
        self.had: list[datetime] = []
        self.read: dict[str, list[tuple[int, datetime]]] = {}
        self.history: list[tuple[datetime, Decimal]] = []
        self.number = 0
        self.last_pass: date | None = None
        self.now = self.year.begins

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    # --- facts ------------------------------------------------------------------------------------

    def _happens(self, fact: Fact) -> None:
        match fact.what:
            case "order":
                self._order(fact)
            case "say" if fact.text == "退订":
                self.opted_out = True
            case "say" if fact.text == "恢复订阅":
                self.opted_out = False
            case "say" if "气死了" in fact.text:
                self.complains = True
            case "command":
                self._command(fact)

    def _command(self, fact: Fact) -> None:
        word, *rest = fact.text.split()
        match word:
            case "生日":
                self.born = rest[1]
            case "标签":
                self.tags.add(rest[1].removeprefix("+"))
            case "停" | "恢复" if rest[0] == "全部":
                self.all_stopped = word == "停"
            case "停" | "恢复":
                self.stopped = word == "停"
            case "接管":
                self.taken_until = self.now + timedelta(minutes=30)
            case "投诉":
                self.complains = False

    def _order(self, fact: Fact) -> None:
        number = fact.order["id"]
        order = self.orders.get(number)
        if order is None:
            order = self.orders[number] = Order(number, fact.at, fact.order["items"])
        counted = order.counts
        match fact.text:
            case "paid":
                order.paid = order.paid or fact.at
            case "signed":
                order.signed = order.signed or fact.at
            case "cancelled" | "refunded":
                order.over = True
        if order.counts != counted:
            self.history.append((fact.at, order.total if order.counts else -order.total))
        self.plan(order if order.counts and not counted else None)

    # --- what the record says ---------------------------------------------------------------------

    @property
    def bought(self) -> list[Order]:
        return sorted((o for o in self.orders.values() if o.counts), key=lambda o: (o.created, o.number))

    @property
    def last_on(self) -> date | None:
        return max((o.created.astimezone(ZONE).date() for o in self.bought), default=None)

    def spent_at(self, when: datetime) -> Decimal:
        return sum((amount for at, amount in self.history if at <= when), Decimal(0))

    @property
    def spent(self) -> Decimal:
        return sum((o.total for o in self.bought), Decimal(0))

    def figures(self) -> Journal | None:
        """What the program foresaw of this customer by now (a few seconds count as now)."""
        known = bisect_right(self.journal, self.now + timedelta(minutes=3), key=lambda j: j.at)
        return self.journal[known - 1] if known else None

    def tier(self) -> tuple[str, date, date] | None:
        """(name, since, until) of what they hold today."""
        grants: list[tuple[int, date, date]] = []
        days = sorted({o.created.astimezone(ZONE).date() for o in self.bought})
        for day in days:
            since = months_later(day, -TERM)
            spent = sum(
                (o.total for o in self.bought if since < o.created.astimezone(ZONE).date() <= day), Decimal(0)
            )
            met = [n for n, level in enumerate(self.shop.levels) if spent >= level["threshold"]]
            if met:
                grants.append((met[-1], day, months_later(day, VALID)))
        held = [g for g in grants if g[2] >= self.today]
        if not held:
            return None
        rank = max(g[0] for g in held)
        fitting = [g for g in grants if g[0] >= rank]
        since, until = fitting[0][1:]
        for _, day, end in fitting[1:]:
            since = day if day > until else since
            until = max(until, end)
        return str(self.shop.levels[rank]["name"]), since, until

    def points_until(self) -> date | None:
        """The day on which the oldest points end."""
        ends = [
            months_later(o.created.astimezone(ZONE).date(), VALID) for o in self.bought if int(o.total) >= 1
        ]
        return min((end for end in ends if end >= self.today), default=None)

    def plan(self, newly_bought: Order | None) -> None:
        """Orders have changed."""
        raise NotImplementedError
