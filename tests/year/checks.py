"""What must hold of any year, whatever was foreseen, and how a year is compared with what must have come."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.year.living import Happened, Received
from tests.year.oracle import expected
from tests.year.saying import FORGOTTEN
from tests.year.scenario import ZONE, Year
from tests.year.shop import Expected, Shop

UNASKED = ("care", "promo")
CALLS = ("大单回访电话", "年度第一")
WAITED = timedelta(days=7)
"""How long a message may have waited since its words were chosen."""
LATE = timedelta(minutes=3)
"""By how much the seconds that a restart costs may shift a message."""


def amiss(year: Year, config: Path, happened: Happened) -> list[str]:
    """Everything in which the year is not as it must have been."""
    shop = Shop.read(config)
    must, calls = expected(year, config, happened)
    received = [*pushes(happened), *notices_of_rules(happened, shop)]
    made = {call for call in happened.tasks if call[1] in CALLS}
    return [
        *differences(must, received),
        *broken(year, shop, pushes(happened)),
        *(f"电话：{who} {rule}" for who, rule in sorted(calls ^ made)),
    ]


def pushes(happened: Happened) -> list[Received]:
    """What greeted or sold."""
    return [r for r in happened.received if r.kind in UNASKED]


def broken(year: Year, shop: Shop, received: Sequence[Received]) -> Iterator[str]:
    """Every breach of what is promised to anybody at any time."""
    by_person: dict[str, list[Received]] = defaultdict(list)
    for push in received:
        by_person[push.who].append(push)
    for who, his in by_person.items():
        months = Counter(f"{p.at.astimezone(ZONE):%Y-%m}" for p in his)
        yield from (f"{who} 收了 {n} 条，{month}" for month, n in months.items() if n > shop.cap)
        for before, after in pairwise(his):
            if after.at - before.at < shop.gap:
                yield f"{who} 两条离得太近：{before.at} {after.at}"
        yield from (f"{who} 又读到 {after.at}：{after.text}" for after in _read_again(his))
        yield from (f"{who} 夜里收到：{p.at} {p.text}" for p in his if shop.is_quiet(p.at))
        yield from (f"{who} {why}还收到：{p.at} {p.text}" for p in his for why in _unwanted(year, who, p))


def _read_again(his: Sequence[Received]) -> Iterator[Received]:
    """What says word for word what this person has read not long ago."""
    last: dict[str, Received] = {}
    for push in his:
        before = last.get(push.text)
        if before is not None and push.at - before.at < FORGOTTEN - WAITED:
            yield push
        last[push.text] = push


def _unwanted(year: Year, who: str, push: Received) -> Iterator[str]:
    """Opted out, stopped, in a complaint, or in the seller's own talk at that moment."""
    state: dict[str, Any] = {}
    for fact in year.facts:
        if fact.at > push.at or fact.who not in ("", who):
            continue
        words = {
            "退订": ("退订了", 1),
            "恢复订阅": ("退订了", 0),
            "停 全部": ("全停了", 1),
            "恢复 全部": ("全停了", 0),
        }
        words |= {f"停 {who}": ("停了", 1), f"恢复 {who}": ("停了", 0)}
        if fact.text in words:
            state[words[fact.text][0]] = words[fact.text][1]
        elif "气死了" in fact.text or fact.text.startswith(f"投诉 {who} 结束"):
            state["投诉没完"] = "气死了" in fact.text
        elif fact.text == f"接管 {who}":
            state["店主正聊着"] = fact.at + timedelta(minutes=30) > push.at
    yield from (why for why, holds in state.items() if holds)


def differences(must: Sequence[Expected], received: Sequence[Received]) -> list[str]:
    """Messages that must have come and have not, and the other way round, person by person."""
    left = list(received)
    missing = []
    for one in must:
        words = _pattern(one.template)
        found = next(
            (
                r
                for r in left
                if r.who == one.who
                and r.kind == one.kind
                and abs(r.at - one.at) <= LATE
                and words.fullmatch(r.text)
            ),
            None,
        )
        if found is None:
            missing.append(
                f"{one.at:%m-%d %H:%M} {one.who} 该收到 {one.rule} {one.occasion}：{one.template[:20]}"
            )
        else:
            left.remove(found)
    return sorted([*missing, *(f"{r.at:%m-%d %H:%M} {r.who} 不该收到：{r.text[:40]}" for r in left)])


def _pattern(template: str) -> re.Pattern[str]:
    """The text with anything in its braces."""
    return re.compile(".*?".join(re.escape(part) for part in re.split(r"\{\w+\}", template)), re.DOTALL)


def notices_of_rules(happened: Happened, shop: Shop) -> list[Received]:
    """Service messages that a rule sent; others have their own tests."""
    patterns = [_pattern(t) for r in shop.rules if r["what"] == "notice" for t in r["texts"]]
    return [r for r in happened.received if r.kind == "notice" and any(p.fullmatch(r.text) for p in patterns)]
