"""快递100: how it names couriers and states, how it signs, and what it pushes.

Facts: its document center, 订阅接口 and 推送接口 (form fields `sign` and `param`, sign = MD5(param + salt)).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.core.events import ParcelEvent, ParcelState

BEIJING = ZoneInfo("Asia/Shanghai")
"""Its times, wherever the shop is."""

CODES = {
    "顺丰": "shunfeng",
    "圆通": "yuantong",
    "中通": "zhongtong",
    "申通": "shentong",
    "韵达": "yunda",
    "极兔": "jtexpress",
    "京东": "jd",
    "德邦": "debangkuaidi",
    "EMS": "ems",
    "邮政": "youzhengguonei",
    "跨越": "kuayue",
    "菜鸟": "danniao",
    "安能": "annengwuliu",
    "百世": "huitongkuaidi",
    "天天": "tiantian",
    "宅急送": "zhaijisong",
}
"""Our names of couriers → theirs."""

_BASIC = {
    "0": ParcelState.UNDER_WAY,
    "1": ParcelState.COLLECTED,
    "2": ParcelState.TROUBLE,
    "3": ParcelState.SIGNED,
    "4": ParcelState.BACK,
    "5": ParcelState.DELIVERING,
    "6": ParcelState.GOING_BACK,
    "7": ParcelState.UNDER_WAY,  # 转投: handed on to another courier
    "8": ParcelState.CUSTOMS,
    "10": ParcelState.CUSTOMS,
    "11": ParcelState.CUSTOMS,
    "12": ParcelState.CUSTOMS,
    "13": ParcelState.TROUBLE,  # 清关异常
    "14": ParcelState.REFUSED,
}


class BadPush(Exception):
    """What came is not from 快递100, or not of its form; `status` is how it is answered."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def state_of(code: str) -> ParcelState | None:
    """Its state as ours; a finer one (304: signed at a locker) counts as the one it refines."""
    if code in _BASIC or len(code) < 3:
        return _BASIC.get(code)
    return ParcelState.UNDER_WAY if len(code) == 4 else _BASIC.get(code[:1])


def sign(param: str, salt: str) -> str:
    """The signature of a push: MD5 in capitals."""
    return hashlib.md5((param + salt).encode(), usedforsecurity=False).hexdigest().upper()


def _written(value: Any) -> str:
    """A text; numbers as their digits; what no database keeps left out."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\0", "").encode("utf-8", "ignore").decode().strip()


Text = Annotated[str, BeforeValidator(_written)]


class _Push(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Line(_Push):
    ftime: Text = ""
    time: Text = ""
    context: Text = ""


class _Result(_Push):
    state: Text = ""
    nu: Text = ""
    data: list[_Line] = []


class _Param(_Push):
    status: Text = ""
    message: Text = ""
    comNew: Text = ""  # noqa: N815 - their name
    lastResult: _Result  # noqa: N815 - their name


def read(form: Mapping[str, Any], salt: str) -> ParcelEvent:
    """What a push says of a parcel; BadPush if it is none."""
    param, given = form.get("param"), form.get("sign")
    if not isinstance(param, str) or not isinstance(given, str):
        raise BadPush(400 if given else 403, "没有 param 或 sign")
    given_bytes = given.strip().upper().encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given_bytes, _signed(param, salt)):
        raise BadPush(403, "签名不对")
    try:
        told = _Param.model_validate(json.loads(param))
    except (ValidationError, ValueError, RecursionError) as wrong:
        raise BadPush(400, "param 看不懂") from wrong
    result = told.lastResult
    if not result.nu:
        raise BadPush(400, "没有单号")
    newest = max(result.data, key=_moment, default=_Line())
    # with a corrected courier it goes on watching by itself
    gave_up = (told.message or "不再跟踪") if told.status == "abort" and not told.comNew else ""
    at = _moment(newest)
    return ParcelEvent(
        result.nu.upper(),
        state_of(result.state) if result.data else None,
        at if at > _NEVER else None,
        newest.context,
        gave_up,
    )


def _signed(param: str, salt: str) -> bytes:
    try:
        return sign(param, salt).encode()
    except UnicodeEncodeError:
        raise BadPush(400, "param 里有读不了的字符") from None


_NEVER = datetime(1970, 1, 1, tzinfo=BEIJING)


def _moment(line: _Line) -> datetime:
    try:
        moment = datetime.fromisoformat(line.ftime or line.time)
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
    except ValueError:
        return _NEVER
