"""What speaks against buying, and when a buyer has decided not to buy: read from their words. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Final

from handlers.tag_rules import NEGATIONS, Spotted
from handlers.understanding import Reading
from handlers.understanding.normal import normalise

ELSEWHERE: Final = "买了别家"
"""The reason of who has bought from somebody else."""

_Objections = tuple[tuple[str, tuple[str, ...]], ...]


def objections_in(reading: Reading, objections: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the objections that the text raises, in its order; 不贵 is none."""
    pieces = [token.replace(" ", "") for token in reading.tokens]
    pattern, names = _compiled(tuple(objections.items()))
    found = list(pattern.finditer("".join(pieces))) if names else []
    if not found:
        return ()
    begins = [0, *accumulate(map(len, pieces))]
    raised = [names[m[0]] for m in found if not _negated(pieces, begins, m.start())]
    return tuple(dict.fromkeys(raised))


@lru_cache(maxsize=16)
def _compiled(objections: _Objections) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """All words at once, the longest first, and which objection each is."""
    names = {normalise(word).replace(" ", ""): name for name, words in objections for word in words}
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), names


def _negated(pieces: list[str], begins: list[int], start: int) -> bool:
    """Whether a negation stands before this place, or in the very token in which it begins (不太|贵)."""
    n = bisect_right(begins, start) - 1
    inside = start > begins[n]
    if inside and (pieces[n] in NEGATIONS or pieces[n][: start - begins[n]] in NEGATIONS):
        return True
    return Spotted(pieces, {}).negated(n)


# --- not buying ---------------------------------------------------------------------------------

_LONGEST = 30
_HINT: Final = re.compile("不买|不要|不需要|不考虑|不订|不拍|不想|算了|别家|别处|其他店|其他家|隔壁|别的店")
_CLAUSES: Final = re.compile(r"[^\w\ue000\ue001]+")
_GOODS, _WHY = "\ue000", "\ue001"
_BEFORE: Final = (
    f"(?:那就?|要不|还是|就|[我俺咱]们?|[这那]个|[这那]款|它|先|暂时|现在|可能|真的?|已经|也|都|嗯+|[哦噢唉哎额]+|好吧|行吧|"
    f"老板娘?|亲+|不好意思|抱歉|谢+[你您]?|的|{_GOODS}|{_WHY}了?)*"
)
_AFTER: Final = f"(?:吧|[啊呀哈哦呢啦咯了]|谢+[你您]?|不好意思|抱歉|老板娘?|亲+|{_WHY}了?)*"
_SHOPS: Final = "(?:别人?家|别处|别的店|其他店|其他家|隔壁|另一家)"
_DECIDED: Final = re.compile(
    f"{_BEFORE}(?:不(?:想|打算|准备)?(?:买|要|订|拍|考虑|入)(?:了|啦)|先不(?:买|要|拍|考虑)|不需要了|算了|"
    f"(?P<elsewhere>[在去从]?{_SHOPS}(?:已经)?(?:买|拍|订|下单)(?:好|到)?了?|买了?{_SHOPS}的?了?)){_AFTER}"
)
_KEPT: Final = re.compile(f"{_SHOPS}|考虑")
"""What may be part of the decision, although it is an objection too."""
_WANTS: Final = re.compile("要|买|拍|订|退|换|来[一两二三四五六七八九十\\d]|单")


def declined(reading: Reading, objections: Mapping[str, tuple[str, ...]]) -> str | None:
    """Why the buyer says that nothing will come of it: an objection, `ELSEWHERE`, or empty if unsaid.

    None if they do not say so: a clause must say it and nothing else (算了 does, 要两瓶算了 and 不是不买了
    do not), no other may want something (算了，还是要一瓶), and a question decides nothing.
    """
    text = reading.normal
    if len(text) > _LONGEST or reading.question or _HINT.search(text) is None:
        return None
    clauses = [c for c in _CLAUSES.split(_masked(reading, objections)) if c]
    said = [match for clause in clauses if (match := _DECIDED.fullmatch(clause))]
    others = [clause for clause in clauses if not _DECIDED.fullmatch(clause)]
    if not said or any(_WANTS.search(clause) for clause in others):
        return None
    if any(match["elsewhere"] for match in said):
        return ELSEWHERE
    return next(reversed(objections_in(reading, objections)), "")


def _masked(reading: Reading, objections: Mapping[str, tuple[str, ...]]) -> str:
    """The text with products and objections as one character each."""
    names = {normalise(name) for product in reading.products for name in (product.name, *product.aliases)}
    text = reading.normal
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, _GOODS)
    pattern, words = _compiled(tuple(objections.items()))
    shops = re.compile(_SHOPS)
    return (
        pattern.sub(lambda m: m[0] if shops.search(m[0]) or "考虑" in m[0] else _WHY, text) if words else text
    )
