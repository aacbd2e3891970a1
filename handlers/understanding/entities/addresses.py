"""Chinese addresses, from the province, or from wherever people begin, to the room."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.understanding.entities.kinds import Address
from handlers.understanding.entities.places import REGION, Level, Part, is_municipality, parts
from handlers.understanding.entities.regions import CITIES, PROVINCES

_PLACE = re.compile("[省市区县镇乡路街巷弄道村庄苑园厦场寓院城府栋幢屯庭]|单元|号楼|大学|公司")
# where an address may begin: behind what asks for it or leads to it
_LEAD = re.compile(
    r"麻烦|帮忙?|改(?!革)(?:成|为)?|换成?|一下|地址|收货|[到寄给是址在的为往送叫我你您]|发(?!展)|请|谢谢|应该|新地址|就|[^\u4e00-\u9fffa-z\d]|"
    r"(?<=\d)(?=[\u4e00-\u9fff])",
    re.ASCII,
)
_UPPER = (Level.PROVINCE, Level.CITY, Level.DISTRICT)
_STARTS = 40  # a text with more places to begin than this is no chat message


def addresses(text: str) -> Iterator[Address]:
    """The addresses in normalised `text`: two levels at least, and a road, an estate or a village."""
    if not _PLACE.search(text):
        return
    end = 0
    for start in _starts(text):
        if start < end:
            continue
        found = list(parts(text, start))
        if _is_address(found):
            end = found[-1].end
            yield _address(text, found)


def _starts(text: str) -> list[int]:
    """Known provinces and cities first come first; then what follows a lead-in."""
    known = [m.start() for m in REGION.finditer(text)]
    led = [0, *(m.end() for m in _LEAD.finditer(text))]
    # inside one run of Chinese the name of a region beats the word before it
    return sorted({*known[:_STARTS], *(s for s in led[: 2 * _STARTS] if not _region_follows(known, s, text))})


def _region_follows(known: list[int], start: int, text: str) -> bool:
    return any(start < k <= start + 6 and text[start:k].isalpha() and not _begins(text, start) for k in known)


def _begins(text: str, start: int) -> bool:
    return REGION.match(text, start) is not None


def _is_address(found: list[Part]) -> bool:
    levels = {p.level for p in found}
    upper = len(levels.intersection(_UPPER))
    if len(levels) < 2:
        return False
    if Level.ROAD in levels:
        return Level.NUMBER in levels or upper >= 2 or (upper == 1 and Level.ESTATE in levels)
    if levels & {Level.ESTATE, Level.TOWN}:
        # 阳光小区3栋, 义乌市佛堂镇
        return upper > 0 or (Level.NUMBER in levels and _long_names(found))
    return Level.SITE in levels and upper + (Level.NUMBER in levels) >= 2


def _long_names(found: list[Part]) -> bool:
    return all(len(p.name) > 1 for p in found if p.level in (Level.ESTATE, Level.TOWN))


def _address(text: str, found: list[Part]) -> Address:
    start, end = found[0].start, found[-1].end
    province = city = district = ""
    detail = start
    for part in found:
        said = text[part.start : part.end]
        if part.level is Level.PROVINCE and not province:
            province = PROVINCES.get(part.name, said)
            city = province if is_municipality(part.name) else city
        elif part.level is Level.PROVINCE:
            pass  # 上海市上海市徐汇区
        elif part.level is Level.CITY and (not city or city == province):
            city = f"{part.name}市" if said == part.name and part.name in CITIES else said
        elif part.level <= Level.DISTRICT and not district:
            district = said
        else:
            break
        detail = part.end
    return Address(
        text[start:end], start, end, province, city, district, text[detail:end].strip(" ,、/-").upper()
    )
