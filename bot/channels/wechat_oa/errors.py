"""What WeChat's error codes mean for sending (the table of CHANNELS §1.10), with words for the seller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.core.delivery import Outcome, Verdict

CHINA = timezone(timedelta(hours=8))

TOKEN_CODES = frozenset({40001, 40014, 42001, 41001})
"""The access token is wrong, illegal, expired or missing: the client renews it and tries once more."""

DAILY_QUOTA = 45009
NO_PERMISSION = 48001
UNREACHED = "连不上微信"

_MINUTE = timedelta(minutes=1)
_CONFIGURATION = timedelta(minutes=10)  # until somebody may have corrected it
_HOUR = timedelta(hours=1)
_PENALTY = timedelta(hours=6)
_DAY = timedelta(days=1)


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


def _stopped(reason: str, wait: timedelta) -> Row:
    return Row(Verdict.ACCOUNT_STOPPED, reason, wait)


def _unreachable(reason: str) -> Row:
    return Row(Verdict.UNREACHABLE, reason)


_CREDENTIAL = _stopped(
    "微信不认凭证，换了新的也不认；请核对 app_id 和 app_secret，并看看是否有别的程序在用它们",
    timedelta(minutes=30),
)
_FAULTY = _rejected("微信不认消息的格式，这是程序的错，请把错误码告诉维护者")
_TYPING = _rejected("微信只答复了“正在输入”的状态")
_MENU_TOO_BIG = _rejected("选项菜单太大，请改发文字")

TABLE: Mapping[int, Row] = {
    0: Row(Verdict.SENT, ""),
    -1: Row(Verdict.RETRY, "微信系统忙", most_attempts=4),
    **dict.fromkeys(sorted(TOKEN_CODES), _CREDENTIAL),
    40003: _rejected("这位买家的 openid 不属于本公众号，请核对是从哪个公众号来的"),
    40007: _uploaded_anew("微信不认刚传上去的图片"),
    46001: _uploaded_anew("微信找不到刚传上去的图片"),
    40013: _stopped("app_id 不对，请核对配置", _CONFIGURATION),
    40125: _stopped("app_secret 不对，请在公众平台「设置与开发 → 基本配置」核对", _CONFIGURATION),
    40243: _stopped("app_secret 被冻结，请在公众平台「设置与开发 → 基本配置」解冻", _HOUR),
    40164: _stopped(
        "服务器 IP 不在白名单，请在公众平台「设置与开发 → 基本配置 → IP 白名单」加上", _CONFIGURATION
    ),
    40037: _rejected("模板 ID 不对，请核对配置里的 templates"),
    41030: _rejected("通知里的跳转页面不对，请核对页面地址"),
    47003: _rejected("内容不合模板，请核对配置里的 template_fields 与模板的关键词"),
    43004: _unreachable("买家没有关注公众号"),
    43019: _unreachable("买家在公众号的黑名单里，要发请先移出"),
    43101: Row(Verdict.WINDOW_CLOSED, "买家没有同意这类订阅通知，或同意的次数用完了"),
    44004: _rejected("消息是空的"),
    45002: _rejected("消息太长，微信不收，请缩短"),
    45008: _rejected("图文超过一篇，微信不收，请只留一篇"),
    DAILY_QUOTA: _stopped("今天的接口次数用完了，明天零点后自动继续", _DAY),
    45011: _stopped("发得太快，微信要求等一分钟，之后自动继续", _MINUTE),
    45015: Row(Verdict.WINDOW_CLOSED, "买家超过 48 小时没来消息，微信不让主动发"),
    45047: Row(Verdict.QUOTA_USED, "买家上次来消息后能发的条数用完了"),
    45064: _rejected("没有在菜单里用小程序的权限，请改发文字"),
    45098: _MENU_TOO_BIG,
    45099: _MENU_TOO_BIG,
    45065: Row(Verdict.SENT, "微信已经收过这一条"),
    45066: Row(Verdict.RETRY, "微信嫌同一条发得太频繁", _MINUTE),
    45080: _TYPING,
    45081: _TYPING,
    45087: _unreachable("微信暂时不让给这位买家发消息"),
    47001: _FAULTY,
    47002: _FAULTY,
    NO_PERMISSION: Row(Verdict.API_DISABLED, "公众号没有主动发消息的权限（未认证），只能当场回复", _DAY),
    48002: _unreachable("买家关闭了接收公众号消息"),
    48004: _stopped("公众号因违规被停用接口，请到公众平台「通知中心」处理", _PENALTY),
    50002: _stopped("公众号被限制使用，请到公众平台「通知中心」处理", _PENALTY),
    87014: _rejected("微信认为内容有风险，请改写"),
}
"""Every row of CHANNELS §1.10. Each reason is a clause that fits into "…没送出：{reason}。"."""

_REFUSED_IP = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")


def outcome_of(answer: Mapping[str, Any], now: datetime) -> Outcome:
    """What an API answer with an `errcode` means; by the code alone, for texts change (CHANNELS §1.10)."""
    code = int(answer["errcode"])
    row = TABLE.get(code) or _rejected(f"微信拒收（错误码 {code}）")
    return Outcome(
        verdict=row.verdict,
        reason=row.reason + _which_ip(answer),
        code=str(code),
        platform_id=str(answer.get("msgid", "")),
        retry_after=until_tomorrow(now) if code == DAILY_QUOTA else row.wait,
        most_attempts=row.most_attempts,
    )


def until_tomorrow(now: datetime) -> timedelta:
    """How long until WeChat's next day begins, at midnight in China."""
    local = now.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    return midnight - local


def _which_ip(answer: Mapping[str, Any]) -> str:
    refused = _REFUSED_IP.search(str(answer.get("errmsg", "")))
    return f"：{refused[1]}" if refused else ""
