"""What WeCom's codes mean for sending and fetching (the table of CHANNELS §2.4), in the seller's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.channels.base import NotFetched
from bot.core.delivery import Outcome, Verdict

TOKEN_CODES = frozenset({40014, 42001, 41001})
"""The access token is illegal, expired or missing: it is renewed, and the call made once more."""

INVALID_PARAMETER = 40058
TOO_OFTEN = "45009"
NOT_OUR_TURN = 95018
"""The state of the session does not allow it: a person has it, or somebody waits for one, or it is over."""

UNREACHED = "连不上企业微信"

GONE = frozenset({40007, 46001})
"""There is no such media, or no longer: WeCom keeps a file for three days (CHANNELS §2.4)."""

_MINUTE = timedelta(minutes=1)
_CONFIGURATION = timedelta(minutes=10)  # until somebody may have corrected it
_HOUR = timedelta(hours=1)
_PENALTY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: how the attempt ended, why in the seller's words, how long to hold."""

    verdict: Verdict
    reason: str
    wait: timedelta | None = None
    most_attempts: int | None = None


def _rejected(reason: str) -> Row:
    return Row(Verdict.REJECTED, reason)


def _uploaded_anew(reason: str) -> Row:
    """Every attempt uploads its picture anew, so that the second is all that there is to try."""
    return Row(Verdict.RETRY, reason, most_attempts=2)


def _stopped(reason: str, wait: timedelta = _CONFIGURATION) -> Row:
    return Row(Verdict.ACCOUNT_STOPPED, reason, wait)


_CREDENTIAL = _stopped(
    "企业微信不认凭证，换了新的也不认；请核对 corp_id 和 secret，并看看是否有别的程序在用它们",
    timedelta(minutes=30),
)
_NO_RIGHT = _stopped("这个应用没有微信客服的权限，请在管理后台「微信客服 → 可调用接口的应用」里勾上它")

TABLE: Mapping[int, Row] = {
    0: Row(Verdict.SENT, ""),
    -1: Row(Verdict.RETRY, "企业微信系统忙", most_attempts=4),
    40001: _stopped("secret 不对，请核对是不是「可调用接口的应用」的 Secret"),
    40013: _stopped("corp_id 不对，请在管理后台「我的企业 → 企业信息」核对"),
    **dict.fromkeys(sorted(TOKEN_CODES), _CREDENTIAL),
    INVALID_PARAMETER: _rejected("企业微信不认消息的格式，这是程序的错，请把错误码告诉维护者"),
    40007: _uploaded_anew("企业微信不认刚传上去的图片"),
    46001: _uploaded_anew("企业微信找不到刚传上去的图片"),
    40096: _rejected("这位买家不属于这个企业，请核对是从哪个客服账号来的"),
    40201: _stopped("客服账号因内容违规被封，请到管理后台处理", _PENALTY),
    45009: _stopped("调用太频繁，企业微信要求等一分钟，之后自动继续", _MINUTE),
    45033: Row(Verdict.RETRY, "企业微信嫌同时发得太多", timedelta(seconds=2)),
    48002: _NO_RIGHT,
    60011: _NO_RIGHT,
    60020: _stopped("服务器 IP 不在可信名单，请在管理后台这个应用的「企业可信IP」里加上"),
    95000: _stopped("open_kfid 不对，请核对客服账号的 ID"),
    95004: _stopped("没有这个客服账号，可能已被删除，请核对 open_kfid"),
    95001: Row(Verdict.QUOTA_USED, "买家上次来消息后已经发满 5 条"),
    95002: Row(Verdict.WINDOW_CLOSED, "买家超过 48 小时没来消息，微信客服不让主动发"),
    95011: _stopped("这个客服账号归别处管，请在「微信客服」里改成由 API 管理", _HOUR),
    95012: _stopped("企业微信里还没有启用微信客服，请先启用", _HOUR),
    95013: Row(Verdict.WINDOW_CLOSED, "这次会话已经结束"),
    95017: _stopped("微信客服的 API 功能没有打开，请在管理后台打开", _HOUR),
    NOT_OUR_TURN: Row(Verdict.WINDOW_CLOSED, "会话不在机器人手里"),
}
"""Every row of CHANNELS §2.4, and those of §1.10 about media.

Each reason is a clause that fits into "…没送出：{reason}。".
"""

FAILED: Mapping[int, str] = {
    1: "客服账号已被删除",
    2: "应用已关闭",
    4: "超过 48 小时没来消息",
    5: "会话已经结束",
    6: "买家说话后已经发满 5 条",
    7: "没有关联视频号",
    8: "主体没有认证",
    9: "没有绑定视频号，主体也没有认证",
    10: "买家拒收了",
}
"""Why a message that was taken did not arrive (`fail_type`, CHANNELS §2.2)."""

REFUSES = 10

_ADDRESS = re.compile(r"from ip: ([0-9a-fA-F.:]{3,45})")
_ADDRESS_REFUSED = 60020


def outcome_of(answer: Mapping[str, Any], platform_id: str = "") -> Outcome:
    """What an answer means; by the code alone, for texts change (CHANNELS §1.10)."""
    code = int(answer["errcode"])
    row = TABLE.get(code) or _rejected(f"企业微信拒收（错误码 {code}）")
    refused = _ADDRESS.search(str(answer.get("errmsg", ""))) if code == _ADDRESS_REFUSED else None
    return Outcome(
        verdict=row.verdict,
        reason=row.reason + (f"：{refused[1]}" if refused else ""),
        code=str(code),
        platform_id=platform_id if row.verdict is Verdict.SENT else "",
        retry_after=row.wait,
        most_attempts=row.most_attempts,
    )


def not_fetched(answer: Mapping[str, Any]) -> NotFetched:
    """Why WeCom gives no file; again where it is the account or the moment, and not the file."""
    refused = outcome_of(answer)
    if answer["errcode"] in GONE:
        return NotFetched("企业微信里没有这个文件了，它只保留 3 天，请重新发一次")
    if refused.verdict in (Verdict.RETRY, Verdict.ACCOUNT_STOPPED):
        return NotFetched(refused.reason, again=True)
    if refused.verdict is Verdict.SENT:
        return NotFetched("企业微信没有给出文件，请过一会儿再试", again=True)
    return NotFetched(f"企业微信不给这个文件（错误码 {refused.code}）")


def why_failed(fail_type: object) -> str:
    """In the seller's words."""
    known = FAILED.get(fail_type) if isinstance(fail_type, int) else None
    return known or "原因不明"
