"""Sizes of clothes, shoes and people: L, 2XL, 165/88A, 38码, 42.5, 身高165体重110斤."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from handlers.understanding.entities.kinds import Size, SizeKind
from handlers.understanding.entities.numerals import read_int

_SURE = r"x{1,4}[sl]|[2-6]x{1,2}l"
_ALONE = r"[sml]"
_CUE = "尺码|码数|鞋码|码|size|穿|换|选|要|拿|买|拍|有|是|到|还是|和|跟|发|成"
_LETTER = re.compile(
    rf"(?<![a-z\d])(?:({_SURE})(?:码|号)?|(?<![a-z\d.])({_ALONE})(?:码|号)|(?:(?<=^)"
    f"|(?<=[、,/ -]))({_ALONE})(?=$|[、,/ -]|的)"
    rf"|(?:{'|'.join(f'(?<={c})' for c in _CUE.split('|'))})[: ]?({_ALONE})(?![\d.-]))(?![a-z\d])",
    re.ASCII,
)
_CHINESE = re.compile("均码|[大中小]码|加[大肥]码")
_GARMENT = re.compile(r"(?<![\d./])(1?\d{2}/\d{2,3}[a-d]?)(?![\d/a-z年月日号]|\.\d)", re.ASCII)
_NUMBER = re.compile(
    r"(?<![\d./a-z-])(\d{2,3}(?:\.5)?)(?:码|号(?![楼院线色店门馆桌仓单房]))|"
    r"(?:尺码|鞋码|码数|脚长|平时穿|穿)(?:是|的|大概)?[: ]?(\d{2}(?:\.5)?)(?![\d.a-z斤岁年月天"
    "块元次件条双]|公)|"
    r"(?<![\d./a-z¥-])(\d{2}\.5)(?![\d.a-z%/]|[斤岁年月天块元次件条双号米度毫厘克公折到发寄])",
    re.ASCII,
)
_TALL = r"(?:身高|净身高|个子|高)(?:是|有|大概|差不多)?[: ]?"
_METRES = r"(?P<m>1|一)(?:米|m)(?P<cm>\d{2}|\d|[一二三四五六七八九]{1,2}|[五六七八]十[一-九]?)"
_HEIGHT = re.compile(
    rf"(?:{_TALL})?{_METRES}(?![\d.])(?:cm|公分)?|(?:{_TALL})?(?P<dotted>1\.\d{{1,2}})米|"
    rf"{_TALL}(?P<cued>1?\d{{2}})(?!\d|斤|公斤|kg)(?:cm|公分|厘米)?|"
    r"(?<![\d./a-z])(?P<beside>1[3-9]\d)(?:cm|公分|厘米"
    r"|[ ,/、-])(?=[ ,/、-]?(?:体重)?\d{2,3}(?:斤|公斤|kg|千克))",
    re.ASCII,
)
_WEIGHT = re.compile(
    r"体?重(?:是|有|大概|差不多)?[: ]?(\d{2,3}(?:\.\d)?)(?![\d.])(斤|公斤|kg|千克)?", re.ASCII
)
_WEIGHT_BESIDE = re.compile(r"[ ,/、-]{0,2}(\d{2,3}(?:\.\d)?)(斤|公斤|kg|千克)", re.ASCII)
_UNITLESS_JIN = 80  # a buyer who says 110 without a unit means 斤, one who says 55 kilograms


def sizes(text: str) -> Iterator[Size]:
    """The sizes in normalised `text`; a lone letter or a bare number only where the words around say so."""
    bodies = list(_bodies(text))
    yield from bodies
    taken = {i for b in bodies for i in range(b.start, b.end)}
    for match in _GARMENT.finditer(text):
        height, chest = map(int, re.findall(r"\d+", match[1]))
        if match.start() not in taken and 80 <= height <= 200 and 40 <= chest <= 130:
            yield Size(match[0], *match.span(), SizeKind.GARMENT, match[1].upper())
    for match in (*_LETTER.finditer(text), *_CHINESE.finditer(text)):
        value = next((g for g in match.groups() if g), match[0])
        yield Size(match[0], *match.span(), SizeKind.LETTER, value.upper())
    for match in _NUMBER.finditer(text):
        number = next(g for g in match.groups() if g)
        if match.start() not in taken and _is_worn(Decimal(number), match[0]):
            yield Size(match[0], *match.span(), SizeKind.NUMBER, number)


def _is_worn(number: Decimal, said: str) -> bool:
    """38号 may be a shoe, 5号 is a date and 12号 a house; 码 is always a size."""
    return 20 <= number <= 180 if said.endswith("码") else 34 <= number <= 48


def _bodies(text: str) -> Iterator[Size]:
    for match in _HEIGHT.finditer(text):
        height = _height(match)
        if height is None or not 50 <= height <= 230:
            continue
        yield Size(match[0], *match.span(), SizeKind.HEIGHT, str(height))
        if beside := _WEIGHT_BESIDE.match(text, match.end()):
            yield _weight(beside)
    for match in _WEIGHT.finditer(text):
        yield _weight(match)


def _height(match: re.Match[str]) -> int | None:
    if match["dotted"]:
        return int(Decimal(match["dotted"]) * 100)
    if match["m"]:
        rest = (
            read_int(match["cm"]) if len(match["cm"]) == 1 or match["cm"].isdigit() else _spoken(match["cm"])
        )
        # 一米七 is 170, 1米65 is 165
        return None if rest is None else 100 + (rest * 10 if rest < 10 and len(match["cm"]) == 1 else rest)
    return int(match["cued"] or match["beside"])


def _spoken(centimetres: str) -> int | None:
    if "十" in centimetres:
        return read_int(centimetres)
    digits = [read_int(c) for c in centimetres]
    return None if None in digits else int("".join(map(str, digits)))


def _weight(match: re.Match[str]) -> Size:
    said = Decimal(match[1])
    jin = match[2] == "斤" or (not match[2] and said >= _UNITLESS_JIN)
    kilograms = said / 2 if jin else said
    return Size(match[0], *match.span(), SizeKind.WEIGHT, f"{kilograms.normalize():f}")
