"""So many of something: 两瓶, 3件, 一箱半, 十来个, ×2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from handlers.understanding.entities.kinds import Quantity
from handlers.understanding.entities.numerals import HAN_DIGITS, MORE, NUMBER, read_number

_TIME = "[多半]?(?:个?月|小时|星期|礼拜|钟|工作日|季度|世纪|晚上|下午|上午)"
_UNIT = (
    # spans of time, people and matters are counted with 个 as well, and are no goods
    f"个(?!{_TIME}|人|字|问题|电话|朋友|意思|样|事|建议|忙|多(?!余))|件(?!套|事)|套(?!路)|包(?!邮|装|裹|换|赔|退|涵|治|括|含|月)"
    "|瓶|箱|盒|支|枝|罐|片|袋|双(?!十)|只(?!有|要|能|是|想|用|会)|张|本(?!人|店|来|身)|副|桶|杯|提|卷|根|粒|颗|枚|束|朵|盆"
    "|份|组|排|筐|板|对(?!一|比|不|于|方)|条(?!件|消息|短信|信息|评论)|把(?!握)|台(?!阶)|块|管|贴|顶(?!多)"
    "|公斤|千克|斤|克|毫升|升(?!级)|kg|ml|g(?![a-z])|l(?![a-z])"
)
_COUNTED = re.compile(
    rf"(?<![\d.a-z第哪上下另某统唯双¥/{HAN_DIGITS}])(?P<n>{NUMBER})(?P<more>{MORE})?(?P<to>[-~到至](?P<n2>{NUMBER}))?"
    rf"[大小整]?(?P<unit>{_UNIT})(?P<half>半(?![年月天小价张袖]))?",
    re.ASCII,
)
_TIMES = re.compile(r"(?<=[\u4e00-\u9fff ])[x×*] ?(\d{1,3})(?![\d.a-z])", re.ASCII)
_PAIR = re.compile("(?<=[来要拿买拍])([俩仨])(?!人)")
_NOT_GOODS = re.compile(
    "三包(?=政策|期|服务|$)|三只松鼠|一条龙|一本正经|一块(?![香肥手]皂|巧克力|布|砖|表|饼|蛋糕)"
)
_VAGUE_BEFORE = re.compile("(?:大概|大约|差不多|约)$")


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities in normalised `text`; questions (几瓶), ordinals and spans of time are none."""
    for match in _COUNTED.finditer(text):
        number = read_number(match["n"])
        if number is None or not number.value or _NOT_GOODS.match(text, match.start()):
            continue
        vague = bool(number.approximate or match["more"] or match["to"])
        vague = vague or _VAGUE_BEFORE.search(text[max(0, match.start() - 4) : match.start()]) is not None
        count = number.value + (Decimal("0.5") if match["half"] else 0)
        yield Quantity(match[0], *match.span(), count, match["unit"], vague)
    for match in (*_TIMES.finditer(text), *_PAIR.finditer(text)):
        times = {"俩": 2, "仨": 3}.get(match[1]) or int(match[1])
        if times:
            yield Quantity(match[0], *match.span(), Decimal(times), "", approximate=False)
