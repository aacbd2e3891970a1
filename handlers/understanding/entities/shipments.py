"""Order numbers and tracking numbers: who a long number belongs to, by its shape and the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from handlers.couriers import COURIERS, courier_named, couriers_of
from handlers.understanding.entities.kinds import OrderNumber, TrackingNumber

_AROUND = 12  # characters before a number that may say what it is
_BEHIND = 8
_SHORTEST = 10  # digits; what is shorter beside 快递 is a date or a count
_CHINESE_NAMES = sorted(
    # 天天 is mostly "every day"
    {
        w
        for c in COURIERS
        for w in (c.name.lower(), *c.aliases)
        if (w > "\u4e00" or w == "ems") and w != "天天"
    },
    key=len,
    reverse=True,
)
_OURS = re.compile(r"(?<![\da-z.-])(20\d{2})(\d{2})(\d{2})-\d{1,4}(?![\da-z-])", re.ASCII)
_LETTERED = re.compile(
    r"(?<![a-z\d])(?!number|order|no|tel|wx|vx|qq)[a-z]{2,6}[ -]?\d{6,20}(?:cn)?(?:-\d{1,3}){0"
    r",3}-?(?![a-z\d])",
    re.ASCII,
)
_DIGITS = re.compile(
    r"(?<![\da-z.¥+-])(?:\d{4}(?:[ -]\d{4}){1,4}(?:[ -]\d{1,4})?|\d{6}-\d{10,20}"
    r"|\d{4,24})(?![\da-z-]|\.\d|元|块)",
    re.ASCII,
)
_BOXES = re.compile(r"(?:-\d{1,3}){1,3}-?$", re.ASCII)
_COURIER = re.compile("|".join(map(re.escape, _CHINESE_NAMES)) + "|天天快递")
_PARCEL = re.compile(f"快递|运单|物流|包裹|面单|{_COURIER.pattern}")
_NUMBER = re.compile("单号")
# 订单号 says it of any length, 订单 alone only of a long number: 订单 2026 may be anything
_ORDER = re.compile(r"(?:(订单编?号码?|订单编码|order (?:no\.?|number))|订单|order)[^\da-z,。;!?]{0,4}$")
_ORDER_BEHIND = re.compile(r"^[^\d,。;!?]{0,4}订单")
_LIST = re.compile(r"[\d\ue001 、,/和-]+$")


def order_numbers(text: str) -> Iterator[OrderNumber]:
    """Numbers of the shop's own form; others only where the text calls them so."""
    ours = list(_ours(text))
    yield from ours
    for match in (*_LETTERED.finditer(text), *_DIGITS.finditer(text)):
        number = match[0].replace(" ", "").upper()
        known = any(o.start < match.end() and match.start() < o.end for o in ours)
        if not known and _is_order(text, match.span(), number):
            yield OrderNumber(match[0], *match.span(), number, ours=False)


def _ours(text: str) -> Iterator[OrderNumber]:
    for match in _OURS.finditer(text):
        try:
            date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        yield OrderNumber(match[0], *match.span(), match[0], ours=True)


def _is_order(text: str, span: tuple[int, int], number: str) -> bool:
    before, after = _words(text, span)
    if number[0].isalpha() and couriers_of(number):
        return False
    if said := _ORDER.search(before):
        return bool(said[1]) or len(number) >= 6
    if len(number) < 8:
        return False
    if _ORDER_BEHIND.match(after):
        return True
    bare = _NUMBER.search(before + "|" + after)
    return bool(bare) and not _PARCEL.search(before + "|" + after) and not couriers_of(number)


def lettered_tracking_numbers(text: str) -> Iterator[TrackingNumber]:
    """Numbers with a courier's letters; with other letters only where they are called a parcel's."""
    for match in _LETTERED.finditer(text):
        number = _level(match[0])
        owners = couriers_of(number)
        before, after = _words(text, match.span())
        called = not _ORDER.search(before) and (_NUMBER.search(before) or _PARCEL.search(before))
        if owners or (called and len(number) >= _SHORTEST):
            yield TrackingNumber(match[0], *match.span(), number, _only(owners) or _named(before, after))


def tracking_numbers(text: str) -> Iterator[TrackingNumber]:
    """Numbers of digits alone, beside 快递, 运单, 单号 or a courier's name."""
    for match in _DIGITS.finditer(text):
        number = _level(match[0])
        before, after = _words(text, match.span())
        around = before + "|" + after
        if len(number) >= _SHORTEST and (_PARCEL.search(around) or _NUMBER.search(around)):
            yield TrackingNumber(
                match[0], *match.span(), number, _named(before, after) or _only(couriers_of(number))
            )


def _words(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """What stands before and behind; in a list of numbers, what stands before the list."""
    start, end = span
    before = _LIST.sub("", text[max(0, start - 5 * _AROUND) : start])
    return before[-_AROUND:], text[end : end + _BEHIND]


def _level(text: str) -> str:
    """Without the gaps people put inside, nor the boxes that 京东 counts behind (-1-1-)."""
    number = _BOXES.sub("", text.upper()) if text[0].isalpha() else text
    return number.replace(" ", "").replace("-", "")


def _only(owners: tuple[str, ...]) -> str:
    return owners[0] if len(owners) == 1 else ""


def _named(before: str, after: str) -> str:
    names = _COURIER.findall(before) or _COURIER.findall(after)
    return courier_named(names[-1]) if names else ""
