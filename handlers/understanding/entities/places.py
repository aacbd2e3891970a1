"""The parts of an address, one after another: 浙江省 · 杭州市 · 西湖区 · 文三路 · 123号 · 5栋 · 502室."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from handlers.understanding.entities.regions import CITIES, MUNICIPALITIES, PROVINCES


class Level(IntEnum):
    """From large to small."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    TOWN = 4
    ROAD = 5
    ESTATE = 6  # 小区, 村: proof of an address by itself
    SITE = 7  # 大厦, 大学: also spoken of otherwise
    NUMBER = 8


class Part(NamedTuple):
    """One part; `name` without its suffix."""

    level: Level
    name: str
    start: int
    end: int


_SUFFIXES = {
    Level.PROVINCE: "省 自治区 特别行政区",
    Level.CITY: "市 自治州 地区 盟",
    Level.DISTRICT: "新区 自治县 区 县 旗",
    Level.TOWN: "街道 镇 乡 苏木",
    Level.ROAD: "大道 大街 胡同 路 街 巷 弄 道",
    Level.ESTATE: "小区 花园 家园 公寓 新村 社区 苑 村 庄 屯 庭 邸",
    Level.SITE: "大厦 大楼 广场 中心 大学 学院 学校 中学 小学 医院 公司 "
    "工业园 科技园 产业园 园 厂 国际 城 府 湾 驿站 超市",
}
_LEVELS = {suffix: level for level, words in _SUFFIXES.items() for suffix in words.split()}
_LONGEST_FIRST = "|".join(sorted(_LEVELS, key=len, reverse=True))
# what no name of a place contains, but many a sentence around one does
_CHAR = "(?:(?![我你您的到寄是给址在住了吗呢吧这那谢吃用买怎么没请哪不叫])[\u4e00-\u9fff])"
_ROADSIDE = "(?![东西南北中]?[一二三四五六]?(?:路|街|巷|弄|大道|胡同))"
_NAMED = re.compile(
    f"({_CHAR}{{1,9}}?)({_LONGEST_FIRST})(?:(?<=[路街道])[东西南北中一二三四五六]段)?{_ROADSIDE}"
    "(?!道|(?<=[园城府湾苑庭])[区县镇乡市]|(?<=市)(?:花园|广场|公寓|之))"
)


def _names(words: frozenset[str] | tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_PROVINCE = re.compile(
    f"({_names(tuple(PROVINCES))})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?{_ROADSIDE}"
)
_CITY = re.compile(
    f"({_names(CITIES)})(?:市|地区|盟|(?:[\u4e00-\u9fff]{{1,6}}族)?自治州|州)?{_ROADSIDE}(?![区县镇乡])"
)
_BUILT = re.compile(
    r"(?:[a-z]?\d{1,5}[a-z]?(?:[-之]\d{1,5})*|[a-z]|[甲乙丙丁东西南北])"
    r"(?:号楼|号院|号铺|号|弄|栋|幢|座|单元|楼|层|室|舍|户|房|门|区|期|组|队|排|铺)(?![路街巷线色])"
    "|[一二三四五六七八九十]{1,3}(?:号楼|号院|号|栋|幢|座|单元|楼|层|组|队|区|期|排)(?![路街巷线色])",
    re.ASCII,
)
_ROOM = re.compile(
    r"[a-z]?\d{1,5}[a-z]?(?:-\d{1,5}){0,3}(?![\d:]|\.\d|元|块|[瓶件盒支个套斤箱]|年|月)", re.ASCII
)
_GAP = re.compile("[ ,、/-]{0,2}")
# words that end like a place and are none
_NO_PLACE_LIST = """
小区 市区 地区 社区 城区 城市 超市 农村 马路 一路 在路 街道 上市 门市 全村 区 市
高中心 公园 校园 驿站 中心 本公司 贵公司 大公司 快递公司 物流公司 同城 全国 长城 国际
全省 本市 全市 该市 外省 外地 商城 微商城 本地区 偏远地区 逛街
"""
_NO_PLACE = frozenset(_NO_PLACE_LIST.split())
_NO_ENDS = (
    "知道",
    "味道",
    "渠道",
    "频道",
    "通道",
    "难道",
    "报道",
    "线路",
    "走路",
    "套路",
    "思路",
    "半路",
    "公路",
)
REGION = re.compile(f"(?:{_PROVINCE.pattern})|(?:{_CITY.pattern})")


def parts(text: str, at: int) -> Iterator[Part]:
    """The parts that follow one another from `at` on."""
    level = Level.PROVINCE
    while part := _part(text, at, level):
        yield part
        level, at = max(level, part.level), part.end
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at


def _part(text: str, at: int, level: Level) -> Part | None:
    if level <= Level.CITY and (match := _PROVINCE.match(text, at)) and level is Level.PROVINCE:
        return Part(Level.PROVINCE, match[1], at, match.end())
    if level <= Level.CITY and (match := _CITY.match(text, at)):
        return Part(Level.CITY, match[1], at, match.end())
    if match := _BUILT.match(text, at):
        return Part(Level.NUMBER, "", at, match.end())
    if level >= Level.ROAD and (match := _ROOM.match(text, at)):
        return Part(Level.NUMBER, "", at, match.end())
    match = _NAMED.match(text, at)
    if match is None or match[0] in _NO_PLACE or match[0].endswith(_NO_ENDS):
        return None
    return Part(_LEVELS[match[2]], match[1], at, match.end())


def is_municipality(name: str) -> bool:
    """Whether a province is a city as well."""
    return name in MUNICIPALITIES
