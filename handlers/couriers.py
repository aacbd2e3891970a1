"""Couriers: what sellers call them, and which tracking numbers can only be theirs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Courier:
    """One courier: `letters` is a pattern that begins with its own letters, `digits` one of digits alone.

    Shapes that two couriers share are left out: a guess would send the buyer to the wrong courier.
    """

    name: str
    aliases: tuple[str, ...] = ()
    letters: str = ""
    digits: str = ""


COURIERS = (
    Courier("顺丰", ("顺风", "丰网", "sf", "shunfeng"), letters=r"SF\d{10,15}"),
    Courier("圆通", ("园通", "yt", "yto", "yuantong"), letters=r"YT\d{12,15}"),
    Courier("中通", ("忠通", "zt", "zto", "zhongtong"), letters=r"ZTO?\d{10,15}", digits=r"7[3-9]\d{12}"),
    Courier("申通", ("sto", "shentong"), letters=r"STO?\d{10,15}", digits=r"77\d{13}"),
    Courier("韵达", ("运达", "yd", "yunda"), letters=r"YD\d{12,15}", digits=r"31\d{13}|4[36]\d{11,13}"),
    Courier("极兔", ("j&t", "jt", "jitu"), letters=r"JT\d{12,14}"),
    Courier("京东", ("jd", "jingdong", "京东物流"), letters=r"JD[A-Z]{0,3}\d{10,15}"),
    Courier("德邦", ("dbl", "debang"), letters=r"DP[KL]\d{10,13}"),
    Courier("EMS", ("邮政特快", "特快专递"), letters=r"E[A-Z]\d{9}CN", digits=r"(?:10|5[01]|9[57])\d{11}"),
    Courier("邮政", ("中国邮政", "邮政小包", "post"), letters=r"[RKQP][A-Z]\d{9}CN", digits=r"9[68]\d{11}"),
    Courier("跨越", ("跨越速运", "ky", "kye"), letters=r"KYE?\d{10,15}"),
    Courier("菜鸟", ("丹鸟", "菜鸟速递")),
    Courier("安能", ("ane",)),
    Courier("百世", ("汇通",)),
    Courier("天天", ()),
    Courier("宅急送", ()),
    Courier("闪送", ()),
)

_SUFFIX = re.compile(r"(?:快递|快运|速递|速运|物流|包裹)$")
_PHONE = re.compile(r"1[3-9]\d{9}")
_TRACKING = re.compile(r"(?=.*\d)[A-Z0-9]{8,30}")
_PIECE = re.compile(r"(?:-\d{1,3}){1,3}-?$")  # 京东 counts the boxes of a parcel behind its number: -1-1-


def _spelt(word: str) -> str:
    return _SUFFIX.sub("", unicodedata.normalize("NFKC", word).strip().lower())


_BY_WORD = {_spelt(word): c.name for c in COURIERS for word in (c.name, *c.aliases)}


def courier_named(word: str) -> str:
    """The courier that a seller calls `word` (顺丰速运, SF …); empty if it is none we know."""
    return _BY_WORD.get(_spelt(word), "")


def split_glued(word: str) -> tuple[str, str]:
    """`顺丰SF123…` in courier and number; no courier if the word does not begin with one's Chinese name."""
    match = re.match(r"([^\x00-\x7f]+)(?=[A-Za-z0-9])", word)
    courier = courier_named(match[1]) if match else ""
    return (courier, word[len(match[1]) :]) if match and courier else ("", word)


def tracking_number(word: str) -> str:
    """`word` as a tracking number, levelled; ValueError if it cannot be one."""
    number = _PIECE.sub("", unicodedata.normalize("NFKC", word).strip().upper())
    if not _TRACKING.fullmatch(number):
        raise ValueError(f"“{word[:40]}”不像快递单号（8 到 30 位字母和数字）。")
    return number


def couriers_of(number: str) -> tuple[str, ...]:
    """The couriers whose shape a tracking number has: one, if it is unmistakable."""
    shapes = ((c.name, shape) for c in COURIERS for shape in (c.letters, c.digits) if shape)
    return tuple(name for name, shape in shapes if re.fullmatch(shape, number))


def looks_wrong(courier: str, number: str) -> str:
    """Why this number can hardly be this courier's, as told to the seller; empty if nothing is odd."""
    if _PHONE.fullmatch(number):
        return f"{number} 看着是手机号，不是单号"
    owners = [c.name for c in COURIERS if c.letters and re.fullmatch(c.letters, number)]
    return f"{number} 看着是{owners[0]}的单号，不是{courier}的" if owners and courier not in owners else ""
