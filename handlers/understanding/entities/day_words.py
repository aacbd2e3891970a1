"""The words for days, as patterns."""

from __future__ import annotations

import re
from typing import Final

_HAN = "一二三四五六七八九十"
_COUNT = f"(?:\\d{{1,3}}|半|[{_HAN}两百]{{1,4}})"
_DAY = "(?:3[01]|[12]\\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_MONTH = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_PART = "初|底|末|中旬|上旬|下旬|中(?![秋旬])"
_NEAR = "上上|下下|上|下|这|本"
_WEEK = "(?:周|星期|礼拜)"
_THING = "[楼院线色店门馆桌仓机单房电球码链洗粉口]"  # 5号色, 3号楼
# 12.5 is a day only where something happens on it
_HAPPENS = (
    "(?=[前后]|之前|以前|那天|[^\\d,。]{0,2}?(?:到货?|发货?|寄|下单|买的|拍的|收到|送到|[上下]午|晚上))"
)


def _compiled(*pieces: str) -> re.Pattern[str]:
    return re.compile("".join(pieces), re.ASCII)


PAST: Final = _compiled(
    "[^,。;!?要会能]{0,4}?(?:买的|拍的|下的?单|付的?|寄的|发的货?|收到[的了]|到的|签收|就|已经|订的)"
)
"""Behind a day: it is over (周三买的), so the last such day is meant and not the next."""

WITH_YEAR: Final = _compiled(
    f"(?:(?P<y>20\\d{{2}}|\\d{{2}})年|(?P<y3>二[〇零][{_HAN}〇零]{{2}})年|(?P<near>[前去今明后])年的?)",
    f"(?P<m>{_MONTH})月份?(?:(?P<d>{_DAY})(?:[号日]|(?![\\d.]))|(?P<part>{_PART}))?",
    "|(?<![\\d-])(?P<y2>20\\d{2})[./-](?P<m2>\\d{1,2})[./-](?P<d2>\\d{1,2})(?![\\d-])",
)
OF_YEAR: Final = _compiled(
    f"(?<![\\d.零第{_HAN}])(?P<m>{_MONTH})月(?![饼子经亮球])份?",
    f"(?:(?P<d>{_DAY})(?:[号日]|(?![\\d.天个年]))|(?P<part>{_PART}))?",
)
NEAR_MONTH: Final = _compiled(
    f"(?P<near>{_NEAR})个?月份?(?:(?P<d>{_DAY})[号日](?!{_THING})|(?P<part>{_PART}))?",
    f"|(?<![\\d个零{_HAN}])月(?P<bare>初|底|末|中旬)",
)
NEAR_YEAR: Final = _compiled(
    "(?P<near>[前去今明后])年(?![轻龄])(?P<part>初|底|末)?",
    f"|(?<![\\d个{_HAN}])年(?P<bare>初(?![{_HAN}])|底|末)",
)
SHIFTED: Final = _compiled(
    f"(?<![了用单货款\\d.第])(?P<n>{_COUNT})[多来]?(?P<unit>天|日|周|个?星期|个?礼拜|个月|年)",
    "(?P<way>之?[后前]|以[后前])(?![台面来天])",
    f"|(?<![不超通])过(?P<n2>{_COUNT})(?P<unit2>天|周|个?星期|个?礼拜|个月)(?!了)",
)
RELATIVE: Final = _compiled("(大前|大后|前|后|昨|今|明)(?:天(?![气性])|日|儿(?![子童女])|(?=[早晚]))")
WEEKDAY: Final = _compiled(
    f"(?:(?P<near>{_NEAR})一?个?)?{_WEEK}(?P<d>[一二三四五六日天1-7])(?![\\d年个次]|(?<=六)福)"
)
WEEKEND: Final = _compiled(f"(?P<near>{_NEAR})?个?周末")
WEEK: Final = _compiled(f"(?P<near>{_NEAR})一?个?{_WEEK}(?![边年期到围])")
OF_MONTH: Final = _compiled(f"(?<![\\d.月零第a-z{_HAN}-])(?P<d>{_DAY})号(?!{_THING})")
DOTTED: Final = _compiled(
    f"(?<![\\d./-])(?P<m>1[0-2]|0?[1-9])[./-](?P<d>{_DAY})(?:号|日|(?![\\d./-]){_HAPPENS})",
    f"|(?<=[在到是于早])(?P<m2>1[0-2]|0?[1-9])[./-](?P<d2>{_DAY})(?![\\d.元块分%])",
)
