"""Sums of money: 129块5, ¥129, 一百二十块, 50多块, 便宜20."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from handlers.understanding.entities.kinds import Amount
from handlers.understanding.entities.numerals import HAN_DIGITS, MORE, NUMBER, read_number

_DIGIT = "[\\d一二两三四五六七八九]"
# what may follow a bare number without making it a count of something
_END = r"(?=$|[^\da-z\u4e00-\u9fff.%~-]|\.(?!\d)|[吧吗呗行可好嘛么呢啊了就我成不包能给卖还的])"
_OFF = "便宜|优惠|立减|减免|减|少|降价?|抹掉?|砍价?"
_PRICE = (
    "卖|价格?是?|只要|付了|转了|花了|总共|一共|合计|到手价?|[原现售]价|券后|[运邮]费|退我"
    "|退款|转账|定金|预算|满"
)
_JIAO = rf"(?:({_DIGIT}{{1,2}})(?:(?=毛|角)|{_END}|(?=钱))(?:[毛角]({_DIGIT})?分?)?)?"
_SUM = re.compile(
    rf"(?<![\d.第a-z{HAN_DIGITS}])(?P<n>{NUMBER})(?P<more>{MORE})?(?P<unit>元(?![旦素件宝气老宵])|块(?![儿])|圆|rmb|人民币)"
    rf"{_JIAO}(?P<money>钱)?(?P<about>左右|上下|出头)?|"
    r"[¥￥] ?(?P<signed>\d{1,7}(?:,\d{3})*(?:\.\d{1,2})?)(?P<more2>多)?(?![\d.])(?:元"
    "|块钱?)?(?P<about2>左右|上下)?|"
    rf"(?<![\d.第])(?P<jiao>{_DIGIT})[毛角](?:钱|{_END})|"
    rf"(?:(?P<off>{_OFF})|(?P<price>{_PRICE}))(?:我们?|给我|个|了|点|掉|要|是|才|给你)?[: ]?"
    rf"(?P<bare>\d{{1,6}}(?:\.\d{{1,2}})?|[{HAN_DIGITS}]{{1,7}})(?P<about3>左右|上下)?"
    rf"(?:{_END}|(?=减|送|返|[-到~]\d))",
    re.ASCII,
)
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|差不多|约|近|不到|快)$|\d[-~到至]$", re.ASCII)
_OFF_BEFORE = re.compile(f"(?:{_OFF})(?:我们?|给我|个|了|点|掉)?$")
_MONEY_BEFORE = re.compile(f"(?:{_OFF}|{_PRICE}|贵|给|才|要价|补|赔|差|退|赚|付)(?:我们?|你|了|个|点)?$")
_TAKE_BEFORE = re.compile("(?:要|来|拿|买|拍|送|还有|收到)了?$")
_PIECES = re.compile(
    r"[香肥手]皂|巧克力|面膜|布|[月大蛋]?饼|蛋糕|[瓷地]砖|砖|手?表|电池|毛巾|手帕|肉|糖|石|玉|姜|香|板|抹布"
)


def amounts(text: str) -> Iterator[Amount]:
    """The sums in normalised `text`."""
    for match in _SUM.finditer(text):
        if match["signed"] or match["jiao"]:
            yuan, more = _signed(match), bool(match["more2"] or match["about2"])
        elif match["bare"]:
            yuan, more = _bare(match), bool(match["about3"])
        else:
            yuan, more = _summed(match, text)
        if yuan is None:
            continue
        before = text[max(0, match.start() - 6) : match.start()]
        about = more or _ABOUT_BEFORE.search(before) is not None
        off = bool(match["off"]) or _OFF_BEFORE.search(before) is not None
        yield Amount(match[0], *match.span(), yuan.quantize(Decimal("0.01")), about, off)


def _signed(match: re.Match[str]) -> Decimal | None:
    if match["jiao"]:
        jiao = read_number(match["jiao"])
        return jiao.value / 10 if jiao else None
    return Decimal(match["signed"].replace(",", ""))


def _bare(match: re.Match[str]) -> Decimal | None:
    number = read_number(match["bare"])
    # 一共3 counts pieces, 便宜3 does not
    enough = number is not None and number.value >= (1 if match["off"] else 10)
    return number.value if number and enough else None


def _summed(match: re.Match[str], text: str) -> tuple[Decimal | None, bool]:
    number = read_number(match["n"])
    if number is None or (match["unit"] == "块" and not _is_money(match, text, number.value)):
        return None, False
    vague = number.approximate or bool(match["more"] or match["about"])
    return number.value + _jiao(match), vague


def _jiao(match: re.Match[str]) -> Decimal:
    """129块5 is 129.5, 129块50 the same, 129块5毛5 is 129.55."""
    jiao, fen = (read_number(g) if g else None for g in match.group(4, 5))
    if jiao is None:
        return Decimal(0)
    tenths = jiao.value / (100 if jiao.value >= 10 else 10)
    return tenths + (fen.value / 100 if fen else 0)


def _is_money(match: re.Match[str], text: str, value: Decimal) -> bool:
    """块 is also a piece (两块香皂), and 一块 is also 'together'."""
    before, after = text[max(0, match.start() - 5) : match.start()], text[match.end() : match.end() + 4]
    if match["money"] or match[4] or match["about"] or _MONEY_BEFORE.search(before):
        return True
    if _PIECES.match(after) or (value < 10 and _TAKE_BEFORE.search(before)):
        return False
    return value >= 10 or (value > 1 and re.match(_END, after) is not None)
