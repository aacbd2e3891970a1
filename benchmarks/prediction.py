"""The forecasts of `handlers.value` beside a fixed interval and BG/NBD, on CDNOW's real histories.

`python -m benchmarks.prediction` prints the tables of docs/prediction.md; the package `lifetimes` (MIT)
brings the histories and the rival model. `--tune` shows where the constants come from.
"""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module, resources
from itertools import pairwise, product
from typing import Any

import click
import numpy as np

from handlers.value import alive, cycles
from handlers.value.history import Gap

FIXED = 90
LONG = 180
"""With fewer days left only short waits can be seen: a model that is told how many are left profits."""
MISSING = (
    "这个评测要用 CDNOW 的购买记录，包 lifetimes 里带着。先装上：.venv/bin/pip install lifetimes==0.11.3"
)
WEEK = 7


@dataclass(frozen=True, slots=True)
class Person:
    """The days on which one customer bought, up to the moment of asking, and the next one after it."""

    days: tuple[date, ...]
    today: date
    next: date | None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Days between purchases."""
        return tuple(Gap((later - earlier).days) for earlier, later in pairwise(self.days))

    @property
    def silence(self) -> int:
        """Days since the last purchase."""
        return (self.today - self.days[-1]).days

    @property
    def wait(self) -> int:
        """Days from asking to the next purchase, which there is."""
        assert self.next is not None
        return (self.next - self.today).days


Forecast = Callable[[Person], float]
"""Days from asking to the expected purchase, or the probability that there is one."""


def histories(text: str) -> list[tuple[date, ...]]:
    """CDNOW_master.txt as the days of each customer, by customer number; several purchases a day are one."""
    days: dict[str, set[date]] = {}
    for line in text.splitlines()[1:]:
        customer, day, *_ = line.split()
        days.setdefault(customer, set()).add(date(int(day[:4]), int(day[4:6]), int(day[6:])))
    return [tuple(sorted(days[customer])) for customer in sorted(days)]


def asked_on(people: Sequence[tuple[date, ...]], today: date) -> list[Person]:
    """Everybody as they stood on one day."""
    known = [(tuple(d for d in days if d <= today), [d for d in days if d > today]) for days in people]
    return [Person(past, today, min(future, default=None)) for past, future in known if past]


def asked_when_buying(people: Sequence[tuple[date, ...]], since: date) -> list[Person]:
    """Everybody on each day after `since` on which they bought and after which they bought again."""
    return [
        Person(days[: n + 1], day, days[n + 1])
        for days in people
        for n, day in enumerate(days[:-1])
        if day > since
    ]


class BgNbd:
    """The package's own model: fitted by it, its probability of being alive, and the waits that follow."""

    def __init__(self, people: Sequence[Person]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._model: Any = import_module("lifetimes").BetaGeoFitter(penalizer_coef=0.0)
            self._model.fit(*self._summary(people))
        self._r, self._alpha = float(self._model.params_["r"]), float(self._model.params_["alpha"])

    @staticmethod
    def _summary(people: Sequence[Person]) -> tuple[Any, Any, Any]:
        return (
            np.array([len(p.days) - 1 for p in people]),
            np.array([(p.days[-1] - p.days[0]).days / WEEK for p in people]),
            np.array([(p.today - p.days[0]).days / WEEK for p in people]),
        )

    def alive(self, person: Person) -> float:
        """P(alive), which is 1 for everybody who bought once."""
        return float(np.ravel(self._model.conditional_probability_alive(*self._summary([person])))[0])

    def returns(self, person: Person, within: int) -> float:
        """P(a purchase within so many days) = P(alive) × P(one comes in that time, if alive)."""
        return self.alive(person) * self._comes(person, within)

    def wait(self, person: Person, within: int | None = None) -> float:
        """The median wait of somebody alive; with `within`, of those who do come in that many days."""
        half = self._comes(person, within) / 2 if within else 0.5
        return WEEK * self._spread(person) * (math.pow(1 - half, -1 / self._shape(person)) - 1)

    def _comes(self, person: Person, within: int) -> float:
        spread = self._spread(person)
        return 1 - math.pow(spread / (spread + within / WEEK), self._shape(person))

    def _shape(self, person: Person) -> float:
        return self._r + len(person.days) - 1

    def _spread(self, person: Person) -> float:
        return self._alpha + (person.today - person.days[0]).days / WEEK


class Ours:
    """What the program says, with the shop's cycle learnt from other customers."""

    def __init__(self, people: Sequence[Person], strength: float = cycles.OWN_STRENGTH) -> None:
        votes = [own for p in people if (own := cycles.own_median(p.gaps)) is not None]
        self.shop = cycles.shop_cycle(votes, cycles.label_cycle(None, FIXED))
        self._strength = strength

    def cycle(self, person: Person) -> cycles.Cycle:
        """The customer's own cycle."""
        return cycles.own_cycle(person.gaps, self.shop, self._strength)

    def run_out(self, person: Person) -> float:
        """As for goods that are used up: last purchase plus own cycle."""
        return self.cycle(person).days - person.silence

    def next_purchase(self, person: Person) -> float:
        """As for goods bought for pleasure."""
        day = alive.next_purchase(person.days[-1], self.cycle(person), person.today)
        return (day - person.today).days

    def returns(self, person: Person, curve: alive.Curve = alive.MEASURED) -> float:
        """The probability of buying again within `alive.TERM` days."""
        return alive.alive(
            len(person.days), person.days[-1], self.cycle(person), person.today, curve
        ).probability


def errors(people: Sequence[Person], forecast: Forecast) -> list[float]:
    """|expected - real| in days; what should have been before today is expected tomorrow."""
    return [abs(max(forecast(p), 1) - p.wait) for p in people]


def auc(said: Sequence[float], came: Sequence[bool]) -> float:
    """How often somebody who came was rated above somebody who did not; equal ratings count half."""
    _, rank, count = np.unique(np.array(said), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[rank]
    yes = np.array(came)
    ones = int(yes.sum())
    return float((ranks[yes].sum() - ones * (ones + 1) / 2) / (ones * (len(yes) - ones)))


def brier(said: Sequence[float], came: Sequence[bool]) -> float:
    """Mean squared distance between what was said and what happened; lower is better."""
    return statistics.fmean((s - c) ** 2 for s, c in zip(said, came, strict=True))


def margin_of(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Mean difference and two standard errors of it, pair by pair."""
    apart = [o - t for o, t in zip(ours, theirs, strict=True)]
    return f"{statistics.fmean(apart):+.4g} ± {2 * statistics.stdev(apart) / math.sqrt(len(apart)):.2g}"


def date_table(groups: dict[str, list[Person]], forecasts: dict[str, Forecast]) -> Iterator[str]:
    """Median and mean error of each forecast in each group."""
    yield f"| days of error: median / mean | {' | '.join(f'{g} ({len(p)})' for g, p in groups.items())} |"
    yield "|---" * (len(groups) + 1) + "|"
    for name, forecast in forecasts.items():
        cells = [errors(people, forecast) for people in groups.values()]
        figures = (f"{statistics.median(c):.0f} / {statistics.fmean(c):.1f}" for c in cells)
        yield f"| {name} | {' | '.join(figures)} |"


def alive_table(people: Sequence[Person], forecasts: dict[str, Forecast]) -> Iterator[str]:
    """AUC, Brier score and the mean said beside the share that came."""
    came = [p.next is not None for p in people]
    again = [len(p.days) > 1 for p in people]
    yield "| who comes again | AUC | AUC, two purchases or more | Brier | mean said |"
    yield "|---|---|---|---|---|"
    for name, forecast in forecasts.items():
        said = [forecast(p) for p in people]
        some = [(s, c) for s, c, a in zip(said, came, again, strict=True) if a]
        of_some = auc([s for s, _ in some], [c for _, c in some])
        figures = f"{auc(said, came):.3f} | {of_some:.3f} | {brier(said, came):.4f}"
        yield f"| {name} | {figures} | {statistics.fmean(said):.3f} |"
    yield f"| what happened | | | | {statistics.fmean(came):.3f} |"


def calibration_table(people: Sequence[Person], forecasts: dict[str, Forecast]) -> Iterator[str]:
    """What was said beside what happened, fifth by fifth of each forecast's own ranking."""
    yield "| fifth, least likely first: said → came | 1 | 2 | 3 | 4 | 5 |"
    yield "|---|---|---|---|---|---|"
    for name, forecast in forecasts.items():
        rated = sorted(((forecast(p), p.next is not None) for p in people), key=lambda pair: pair[0])
        fifths = [rated[len(rated) * n // 5 : len(rated) * (n + 1) // 5] for n in range(5)]
        cells = [
            f"{100 * np.mean([s for s, _ in f]):.0f} → {100 * np.mean([c for _, c in f]):.0f} %"
            for f in fifths
        ]
        yield f"| {name} | {' | '.join(cells)} |"


class Report:
    """Every table: constants from one half of the customers, figures from the other."""

    def __init__(self, people: Sequence[tuple[date, ...]]) -> None:
        self.ended = max(days[-1] for days in people)
        self.today = _asking_day(people)
        self.left = (self.ended - self.today).days
        self.half, self.others = asked_on(people[0::2], self.today), asked_on(people[1::2], self.today)
        self.buying = asked_when_buying(people[1::2], self.today)
        self.ours, self.rival = Ours(self.half), BgNbd(self.half)
        self.gap = statistics.median(g.days for p in self.half for g in p.gaps)

    def lines(self) -> Iterator[str]:
        """The tables as Markdown."""
        yield f"Asked on {self.today}, {self.left} days to go; {self.ours.shop.reason}."
        yield f"{len(self.half)} customers for tuning, {len(self.others)} for the figures."
        for part in (self.on_one_day, self.at_each_purchase, self.who_comes):
            yield ""
            yield from part()

    def on_one_day(self) -> Iterator[str]:
        """When do they come, asked of everybody on one day."""
        usual = statistics.median(p.wait for p in self.half if p.next)
        came = [p for p in self.others if p.next]
        groups = {
            "all who came": came,
            "bought twice or more": [p for p in came if len(p.days) > 1],
            "three times or more": [p for p in came if len(p.days) > 2],
        }
        forecasts: dict[str, Forecast] = {
            f"fixed: last purchase + {FIXED} days": lambda p: FIXED - p.silence,
            f"fixed: last purchase + median gap ({self.gap:.0f})": lambda p: self.gap - p.silence,
            f"fixed: today + usual wait ({usual:.0f})": lambda p: usual,
            "BG/NBD: median wait": self.rival.wait,
            "BG/NBD, told that they come in time": self._told,
            "ours, as if used up (`run_out`)": self.ours.run_out,
            "**ours (`next_purchase`)**": self.ours.next_purchase,
        }
        yield from date_table(groups, forecasts)
        apart = margin_of(errors(came, self.ours.next_purchase), errors(came, self._told))
        yield f"\nOurs minus BG/NBD told, mean days: {apart} (two standard errors)"

    def at_each_purchase(self) -> Iterator[str]:
        """When do they come, asked on each day on which somebody buys: what a run-out reminder is set by."""
        groups = {
            "every purchase": self.buying,
            f"{LONG} days or more left to look": [p for p in self.buying if self._ahead(p) >= LONG],
            "the 5th or later": [p for p in self.buying if len(p.days) > 4],
        }
        forecasts: dict[str, Forecast] = {
            f"fixed: + {FIXED} days": lambda p: FIXED,
            f"fixed: + median gap ({self.gap:.0f})": lambda p: self.gap,
            "BG/NBD: median wait": self.rival.wait,
            "BG/NBD, told that they come in time": self._told,
            "**ours (`run_out`, `next_purchase`)**": self.ours.run_out,
        }
        yield from date_table(groups, forecasts)
        for name, people in groups.items():
            apart = margin_of(errors(people, self.ours.run_out), errors(people, self._told))
            yield f"\nOurs minus BG/NBD told, {name}, mean days: {apart} (two standard errors)"

    def who_comes(self) -> Iterator[str]:
        """Who buys again at all."""
        late = [p.next is not None for p in self.half if p.silence > FIXED]
        fresh = [p.next is not None for p in self.half if p.silence <= FIXED]
        shares = {True: statistics.fmean(late), False: statistics.fmean(fresh)}
        rivals: dict[str, Forecast] = {
            f"fixed: silent for {FIXED} days or not": lambda p: shares[p.silence > FIXED],
            "BG/NBD: P(alive)": self.rival.alive,
        }
        best: dict[str, Forecast] = {
            "BG/NBD: P(buys in time)": lambda p: self.rival.returns(p, self.left),
            "**ours (`alive`)**": self.ours.returns,
        }
        yield from alive_table(self.others, rivals | best)
        theirs, ours = ([(f(p) - (p.next is not None)) ** 2 for p in self.others] for f in best.values())
        yield f"\nOurs minus BG/NBD, Brier: {margin_of(ours, theirs)} (two standard errors)\n"
        yield from calibration_table(self.others, best)

    def _ahead(self, person: Person) -> int:
        return (self.ended - person.today).days

    def _told(self, person: Person) -> float:
        return self.rival.wait(person, self._ahead(person))


def _asking_day(people: Sequence[tuple[date, ...]]) -> date:
    return min(days[0] for days in people) + timedelta(weeks=39) - timedelta(days=1)


def tuning(people: Sequence[tuple[date, ...]]) -> Iterator[str]:
    """The best constants on the tuning half alone: of the dates by mean error, of the curve by Brier."""
    today = _asking_day(people)
    half, buying = asked_on(people[0::2], today), asked_when_buying(people[0::2], today)
    came = [p for p in half if p.next]
    found = []
    for strength, slow in product((1, 2, 3, 4, 5, 6), (0, 0.1, 0.2, 0.3, 0.4)):
        ours = Ours(half, strength)
        waits = [abs(max(ours.cycle(p).days + slow * p.silence, 1) - p.wait) for p in came]
        each = statistics.fmean(errors(buying, ours.run_out))
        found.append((statistics.fmean(waits), each, f"strength {strength}, lingering {slow}"))
    yield from (f"{day:.2f} and {each:.2f} days  {name}" for day, each, name in sorted(found)[:8])
    ours, truth = Ours(half), [p.next is not None for p in half]
    curves = [alive.Curve(*c) for c in product((0.55, 0.6, 0.67, 0.75), (1.1, 1.2, 1.3, 1.4), (1, 1.5, 2, 3))]
    rated = [(brier([ours.returns(p, c) for p in half], truth), c) for c in curves]
    yield from (f"{figure:.5f}  {curve}" for figure, curve in sorted(rated, key=lambda pair: pair[0])[:6])


@click.command()
@click.option("--tune", is_flag=True, help="Show the best constants on the tuning half instead.")
def main(tune: bool) -> None:
    """Print the tables of docs/prediction.md."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, about the package
            text = resources.files("lifetimes").joinpath("datasets", "CDNOW_master.txt").read_text()
    except ModuleNotFoundError as missing:
        raise click.ClickException(MISSING) from missing
    people = histories(text)
    for line in tuning(people) if tune else Report(people).lines():
        click.echo(line)


if __name__ == "__main__":
    main()
