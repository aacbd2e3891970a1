"""One value of a cell, levelled: blank, hidden by the platform, phone, money, number of pieces, parcel."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from bot.core.money import CENT, parse_money

_BLANKS = frozenset(
    (
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "暂无",
        "空",
        "null",
        "none",
        "nan",
        "n/a",
        "nil",
        "undefined",
    )
)
_MASK = re.compile(r"[*＊]{2,}|^[^\d\s][*＊]|[*＊]$|^(?:##|\$\$)?密文|^[#$~]{1,2}[A-Za-z0-9+/=]{16,}")
_EXPONENT = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE = re.compile(r"(0\d{2,3})-?(\d{7,8})(?:(?:-|转)(\d{1,6}))?|([48]00\d{7})", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)(\d{8,15})", re.ASCII)
_VIRTUAL = re.compile(r"(?:86-?)?(1[3-9]\d{9})(?:-|转|,|#)\d{2,6}", re.ASCII)
_SEPARATORS = re.compile("[/,;、|\n]| 或 ")
_PLAIN_MONEY = re.compile(r"\d{1,9}(?:\.\d+)?", re.ASCII)
_PIECES = re.compile(r"[x×*]?\s*(\d{1,6})(?:\.0+)?\s*[^\d\s.]{0,2}", re.ASCII)
_WAYBILL = re.compile(r"(?=.*\d)[A-Z0-9]{8,30}", re.ASCII)
_NO = re.compile(r"^NO\.")
_BETWEEN_PARCELS = re.compile(r"[\s,;:、|/]+")
_BOX = re.compile(r"(?:-\d{1,3}){1,3}-?$", re.ASCII)


def blank(text: str) -> bool:
    """Whether a cell says nothing: empty, or one of the words that programs write for that."""
    return not text or text.isspace() or text.strip().lower() in _BLANKS


def hidden(text: str) -> bool:
    """Whether the platform has masked it: 张**, 138****1234, 浙江省**, ##密文."""
    return bool(_MASK.search(text.strip()))


def whole_number(text: str) -> str:
    """`text` without Excel's exponent; ValueError if digits have been lost in it."""
    found = _EXPONENT.fullmatch(text.strip())
    if found is None:
        return text
    digits = found[1] + (found[2] or "")
    if len(digits) <= int(found[3]):
        raise ValueError(f"“{text}”在 Excel 里变成了科学计数，后面的数字已经丢了；请用后台导出的原文件")
    return digits


def words(text: str) -> str | None:
    """A text on one line; None if the platform has masked it."""
    return None if hidden(text) else " ".join(text.split())


def phone(text: str) -> str | None:
    """A mobile's eleven digits, a landline as 0571-12345678 (-extension), abroad as +85212345678.

    None for what is no number of the buyer's: masked, a platform's virtual number (13812345678-1234), or
    words. ValueError for digits that cannot be a phone number.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if hidden(text) or _VIRTUAL.fullmatch(text.replace(" ", "")):
        return None
    wrong = ""
    for part in _SEPARATORS.split(text):
        number = whole_number(re.sub(r"[\s()（）\u200b-\u202e]", "", part))
        if levelled := _mobile_or_landline(number):
            return levelled
        wrong = wrong or (part if sum(c.isdigit() for c in number) >= 5 else "")
    if wrong:
        raise ValueError(f"“{wrong.strip()[:30]}”不像电话号码（例：13812345678）")
    return None


def _mobile_or_landline(number: str) -> str:
    bare = number.replace("-", "")
    if found := _MOBILE.fullmatch(bare):
        return found[1]
    if found := _LANDLINE.fullmatch(number):
        if found[4]:
            return found[4]
        return f"{found[1]}-{found[2]}" + (f"-{found[3]}" if found[3] else "")
    found = _ABROAD.fullmatch(bare)
    return f"+{found[1]}" if found else ""


def is_mobile(text: str) -> bool:
    """Eleven digits of a mobile, and nothing else."""
    return len(text) == 11 and _MOBILE.fullmatch(text) is not None


def money(text: str) -> Decimal:
    """Yuan; a number cell may have more places, which are rounded. ValueError as `parse_money`'s."""
    if len(text) < 32 and _PLAIN_MONEY.fullmatch(text):
        return Decimal(text).quantize(CENT, ROUND_HALF_UP)
    return parse_money(re.sub(r"^(?:CNY|RMB|人民币)\s*", "", text.strip(), flags=re.IGNORECASE))


def sent_back(text: str) -> Decimal | None:
    """Yuan that went back to the buyer, 0 for none; None for words (无退款申请). ValueError as `money`'s."""
    text = unicodedata.normalize("NFKC", text).strip()
    return money(text.removeprefix("-")) if any(map(str.isdigit, text)) else None


def pieces(text: str) -> int:
    """How many: `2`, `2.0`, `×2`, `2件`; ValueError for none or what is no number."""
    found = _PIECES.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or int(found[1]) < 1:
        raise ValueError(f"“{text[:30]}”不是件数（例：2）")
    return int(found[1])


def waybills(text: str) -> tuple[str, ...] | None:
    """A cell's tracking numbers, without what stands before them (No:, 单号：); None if it holds none.

    ValueError as `whole_number`'s.
    """
    return tuple(dict.fromkeys(n for n in _parcel_parts(text) if _WAYBILL.fullmatch(n))) or None


def has_unread_waybill(text: str) -> bool:
    """Whether a cell has digits that are no tracking number: a parcel that we cannot know."""
    parts = _parcel_parts(text)
    return any(any(map(str.isdigit, part)) and not _WAYBILL.fullmatch(part) for part in parts)


def _parcel_parts(text: str) -> list[str]:
    """淘宝 writes 物流单号 as No:75123456789012."""
    text = unicodedata.normalize("NFKC", text).upper()
    parts = (_NO.sub("", part) for part in _BETWEEN_PARCELS.split(text))
    return [_BOX.sub("", whole_number(part)) for part in parts]


_LABELLED = re.compile(
    r"(?P<name>[^,，\d]{1,20})[,，]\s*(?:\+?86-?)?(?P<phone>1[3-9]\d{9}|0\d{2,3}-?\d{7,8})[,，]\s*(?P<address>\S.*)",
    re.ASCII,
)


def recipient(text: str) -> tuple[str, str, str] | None:
    """Name, phone and address of 天猫's one cell for all three (周强，86-13900000004，江苏省 …)."""
    found = _LABELLED.fullmatch(text.strip())
    return (found["name"].strip(), found["phone"], found["address"].strip()) if found else None


def whole_address(parts: list[str], detail: str) -> str:
    """An address on one line: province to town before the rest, each once."""
    known = list(dict.fromkeys(part for part in parts if part))
    squeezed = detail.replace(" ", "")
    # the rest often begins with the city, or with all of it, once more
    again = next((k for k, part in enumerate(known) if squeezed.startswith(part)), len(known))
    return "".join(known[:again]) + detail
