"""The four marks of 大评委, in the order 物流 仓储 产品质量 购物流程: 5 4 3 5, 都5分, 物流5分质量2分."""

from __future__ import annotations

import re
from typing import Final

from handlers.understanding.entities.kinds import Scores
from handlers.understanding.normal import normalise

_LONGEST: Final = 200
_MARKS = {c: n for n, c in enumerate("一二三四五", 1)} | {str(n): n for n in range(1, 6)}
_WORDS: Final = (
    ("(?:很|太|非常|特别|真|极|最)(?:差|烂|糟糕?|垃圾)|垃圾", 1),
    ("不(?:太)?好|不行|不满意|[差烂]", 2),
    ("一般般?|凑合|马马虎虎", 3),
    ("不错|还行|还可以|还好|可以", 4),
    ("满分|[很挺非常特别都]*(?:好|满意|棒|赞)的?", 5),
)
_WORD_MARKS = [(re.compile(pattern), mark) for pattern, mark in _WORDS]
_DIGIT = "[1-5一二三四五]"
_UNIT = "(?:分|颗?星|⭐)"
_POLITE = (
    r"(?:感谢|辛苦|你好|好的|(?:[很挺]|非常|特别)?(?:满意|棒|赞)|[👍🌹😊🙏谢亲嗯哦哈啦吧的了呢啊!。,~. ])*"
)
_LEAD = (
    f"{_POLITE}(?:我?(?:给|打|评)?(?:你们?)?(?:打|评)?分数?(?:是|为)?|我?给你?们?家?打?"
    "|评价(?:给|是)?|大评委|我是大评委)?[: ,]*"
)
_FOUR = re.compile(
    rf"{_LEAD}({_DIGIT}){_UNIT}?([ ,、./;|-]*)({_DIGIT}){_UNIT}?\2({_DIGIT}){_UNIT}?\2({_DIGIT}"
    f"){_UNIT}?{_POLITE}"
)
_ALL = re.compile(
    rf"{_LEAD}(?:我?(?:给|打|评)?(?:全部?|都|四[项个样]|各[项样]?|每[项个样]|统统|一律|通通)[都全]?(?:是|给|打)?"
    rf"(?:({_DIGIT}){_UNIT}?|(满)[分星])|(?:给|打)?(?:({_DIGIT}){_UNIT}|(满)[分星]))(?:[好差]评)?{_POLITE}"
)
# 购物流程 before 物流, which stands in the middle of it
_ASPECTS: Final = (
    ("shopping", "购物流程|购物体验|购物过程|购物|流程|服务态度|服务|客服|态度"),
    ("logistics", "物流速度|物流服务|物流|快递|发货速度|发货|配送|送货|运输"),
    ("storage", "仓储|仓库|打包|包装"),
    ("quality", "产品质量|商品质量|质量|品质|产品|商品|东西|宝贝"),
    ("others", "其[他它余](?:的|几项|三项|两项|方面)?|别的|剩下的?|另外(?:的|几项|三项|两项)"),
)
_ASPECT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _ASPECTS))
_FILLER = "[:是给打的都也 得就我能]*"
_NUMBER_BEHIND = re.compile(
    rf"{_FILLER}(?:(?P<n>{_DIGIT})(?:{_UNIT}(?![钟之])|(?=$|[ ,、。;!]))|(?P<full>满[分星]))(?![\d.])"
)
_NUMBER_BEFORE = re.compile(rf"(?<![\d.])({_DIGIT}){_UNIT}(?:的|给|:)?$")
_SHARED = re.compile("[ ,、/和跟与]*")
_FIGURE = r"(?<![\d.])(?:100|\d{1,2})(?:\.\d)?(?![\d.])|[零一二三四五六七八九两]"
_BESIDE = (
    "四[项个样]|各[项样]?|每[项个样]|统统|通通|一律|一般般?|全部?|[很挺非常特别都]*(?:好评?|满意|棒|赞)"
    "|不错|还行|可以|大评委|评价|评?打?分数?|[我你]们?家?|谢谢?|感谢|辛苦|[给打评是为都也的得就吧了呢啊哦哈嗯亲]"
    r"|[ ,、。./;:|!~+-]"
)
_PART = re.compile(f"{_ASPECT.pattern}|满[分星]|{_BESIDE}|(?:{_FIGURE}){_UNIT}?")
_NO_FIGURE = re.compile("四[项个样]|一律|一般")
_NUMBERS = re.compile(rf"({_FIGURE})({_UNIT}?)|满[分星]")
_ROW = re.compile(
    rf"{_LEAD}(?:(?:(?<!\d)(?:10|\d)(?!\d)|[零一二三四五六七八九])[ ,、./;|-]*){{3,5}}{_POLITE}"
)
_JOINED = re.compile("(?=[1-5]*[06][1-5]*$)[0-6]{4}")
"""5456, but not 7812, which ends a phone or tracking number."""
_FIELDS = ("logistics", "storage", "quality", "shopping")


def scores(text: str) -> Scores | None:
    """The marks in a message that is an answer to the question for them; None if it holds none.

    Words count (其他都好 5, 一般 3) beside at least one mark in figures. Digits of phones, prices, order
    numbers and counts are no marks: four bare ones must be the whole message.
    """
    normal = normalise(text)[:_LONGEST]
    if match := _FOUR.fullmatch(normal):
        return _scores(normal, match.span(), [_MARKS[g] for g in match.group(1, 3, 4, 5)])
    if match := _ALL.fullmatch(normal):
        mark = next((_MARKS[g] for g in match.group(1, 3) if g), 5)
        return _scores(normal, match.span(), [mark] * 4)
    return _by_aspect(normal)


def only_marks(text: str) -> bool:
    """Whether a message is nothing but marks: of 1 to 5 or not, named or in a row, all four or not.

    So it says nothing that could be a complaint, but for a low mark. Dates, counts and prices are none.
    """
    normal = normalise(text)
    if len(normal) > _LONGEST:
        return False
    if _FOUR.fullmatch(normal) or _ROW.fullmatch(normal):
        return True
    bare = _NO_FIGURE.sub("", normal)
    figures = [*_NUMBERS.finditer(bare)]
    if not figures or _PART.sub("", normal):
        return False
    of_marks = any(figure[2] != "" for figure in figures)
    named = len(figures) > 1 and _ASPECT.search(normal) is not None
    return of_marks or named or scores(text) is not None


def wrong_marks(text: str) -> bool:
    """Whether who was asked for four marks of 1 to 5 meant to give them, and one is none or is missing."""
    normal = normalise(text)
    if _JOINED.fullmatch(normal):
        return True
    if not only_marks(text):
        return False
    figures = (match[1] for match in _NUMBERS.finditer(_NO_FIGURE.sub("", normal)))
    return scores(text) is None or any(figure and figure not in _MARKS for figure in figures)


def _scores(text: str, span: tuple[int, int], marks: list[int | None] | list[int]) -> Scores:
    return Scores(text[slice(*span)], *span, *marks)


def _by_aspect(text: str) -> Scores | None:
    aspects = list(_ASPECT.finditer(text))
    marks: dict[str, int] = {}
    waiting: list[str] = []
    figures, end = False, 0
    for n, aspect in enumerate(aspects):
        stop = aspects[n + 1].start() if n + 1 < len(aspects) else len(text)
        mark, certain, end_here = _mark(text, aspect, end, stop)
        if aspect.lastgroup is None:
            continue
        if mark is None:  # 物流、仓储都5分: those named in a row share the next one
            waiting = [*waiting, aspect.lastgroup] if _SHARED.fullmatch(text, aspect.end(), stop) else []
            continue
        for name in (*waiting, aspect.lastgroup):
            marks.setdefault(name, mark)
        waiting = []
        figures, end = figures or certain, max(end, end_here)
    if not figures:
        return None
    others = marks.pop("others", None)
    start = aspects[0].start()
    return _scores(text, (start, max(end, start)), [marks.get(name, others) for name in _FIELDS])


def _mark(text: str, aspect: re.Match[str], after: int, stop: int) -> tuple[int | None, bool, int]:
    """The mark of one aspect, whether it was a figure, and where it ends; 物流5分 or 5分物流."""
    start, end = aspect.span()
    if behind := _NUMBER_BEHIND.match(text, end, stop):
        return (_MARKS[behind["n"]] if behind["n"] else 5), True, behind.end()
    before = _NUMBER_BEFORE.search(text, after, start)
    if before:
        return _MARKS[before[1]], True, end
    said = re.split("[,。;!]", text[end:stop])[0]
    for pattern, mark in _WORD_MARKS:
        if word := pattern.search(said):
            return mark, False, end + word.end()
    return None, False, end
