"""What the answer to a send means, and what this channel can do (CHANNELS §4.2, §4.4); pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.onebot11.wire import Frame, whole, words
from bot.core.accounts import OnebotAccount
from bot.core.delivery import Capability, Outcome, Pace, Verdict

_MINUTE = timedelta(minutes=1)
_CONFIGURATION = timedelta(minutes=10)  # until somebody may have corrected it
_HOUR = timedelta(hours=1)
_PENALTY = timedelta(hours=6)


def capability_of(account: OnebotAccount) -> Capability:
    """No window and no quota but our own pace (CHANNELS §4): what is sent too fast costs the account.

    text_bytes: QQ's own limit is not documented; long walls of text are what robots write. picture_bytes: nor
    is that of pictures, nor LLOneBot's of frames; a cautious figure, whose frame we would take ourselves
    (`LARGEST_FRAME`) and NapCat, which takes 50 MB, by far (CHANNELS §4.4).
    """
    gap, jitter = account.gap.total_seconds(), account.jitter.total_seconds()
    return Capability(
        text_bytes=3000,
        picture_bytes=700 * 1024,
        pace=Pace(per_account=gap, per_person=gap, jitter=jitter),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: how the attempt ended, why in the seller's words, how long to hold."""

    verdict: Verdict
    reason: str
    wait: timedelta | None = None
    most_attempts: int | None = None


def _rejected(reason: str) -> Row:
    return Row(Verdict.REJECTED, reason)


def _stopped(reason: str, wait: timedelta) -> Row:
    return Row(Verdict.ACCOUNT_STOPPED, reason, wait)


def _unreachable(reason: str) -> Row:
    return Row(Verdict.UNREACHABLE, reason)


_FAULTY = _rejected("NapCat 不认消息的格式，这是程序的错，请把错误码告诉维护者")
_TOKEN = _stopped("NapCat 说 Token 不对，请核对两边的 Token", _CONFIGURATION)
_NO_FRIEND = _unreachable("对方不是 QQ 好友，也没有能用的临时会话，请先加好友")
_NO_TEMPORARY = _unreachable("QQ 不让从群里发临时会话，请先加好友")
_NOBODY = _rejected("QQ 上找不到这个人，请核对 QQ 号")
_LIMITED = _stopped("QQ 号被限制或冻结，请登录手机 QQ 按提示处理", _PENALTY)
_TOO_FAST = _stopped("QQ 嫌发得太频繁，先停一小时再发", _HOUR)
_FAILED = Row(Verdict.RETRY, "QQ 没收下，没说原因", _MINUTE, most_attempts=3)
_NO_UPLOAD = Row(Verdict.RETRY, "图片没传到 QQ", _MINUTE, most_attempts=3)

RETCODES: Mapping[int, Row] = {
    0: Row(Verdict.SENT, ""),
    1: Row(Verdict.SENT, ""),  # taken, and done later
    100: _FAULTY,
    102: _FAILED,
    103: _FAILED,
    104: _FAILED,
    200: _FAILED,
    201: _FAILED,
    400: _FAULTY,
    1200: _FAILED,
    1400: _FAULTY,
    401: _TOKEN,
    403: _TOKEN,
    1401: _TOKEN,
    1403: _TOKEN,
    404: _stopped("NapCat 不认得发消息的接口，请升级 NapCat", _CONFIGURATION),
    1404: _stopped("NapCat 不认得发消息的接口，请升级 NapCat", _CONFIGURATION),
}
"""retcode → what it means where nothing more is said; 1xx and 201 are CoolQ's, 4xx LLOneBot's."""

RESULTS: Mapping[int, Row] = {
    16: _NO_FRIEND,
    103: _NO_TEMPORARY,
    110: _unreachable("这个号已经不在那个群里，临时会话发不了，请先加好友"),
    120: _unreachable("这个号在那个群里被禁言，临时会话发不了"),
}
"""QQ's own code, which NapCat quotes in its words: `"result": 16` (reported by users, CHANNELS §9)."""

SAYINGS: tuple[tuple[re.Pattern[str], Row], ...] = (
    (re.compile("冻结|封禁|违规|限制使用|暂停使用"), _LIMITED),
    (re.compile("频繁|过快|太快|上限"), _TOO_FAST),
    (re.compile("黑名单|拒收|屏蔽"), _unreachable("对方把这个号拉黑了")),
    (re.compile("临时(消息|会话)"), _NO_TEMPORARY),
    (re.compile("加.{0,4}为好友|不是.{0,4}好友"), _NO_FRIEND),
    (re.compile("无法获取用户信息|账号转换失败|用户不存在"), _NOBODY),
    (re.compile("rich media transfer failed", re.IGNORECASE), _NO_UPLOAD),
)
"""What QQ or the implementation says in words, the first that fits.

The last is QQ's own, of a picture that it could not be given (NapCatQQ #535): no message went, even where
NapCat calls it a timeout (#223).
"""

_NO_ECHO = re.compile("timeout|超时", re.IGNORECASE)
_RESULT = re.compile(r'"result"\s*:\s*(-?\d{1,6})')


def outcome_of(answer: Frame) -> Outcome:
    """What the answer to send_private_msg means.

    A failure for want of QQ's own answer is UNKNOWN: the message may have gone (NapCat waits for QQ).
    """
    code = whole(answer.get("retcode"))
    said = " ".join(words(answer.get(name), 1000) for name in ("message", "wording", "msg"))
    if code in (0, 1) or (code is None and answer.get("status") in ("ok", "async")):
        data = answer.get("data")
        sent_id = words(data.get("message_id"), 180) if isinstance(data, dict) else ""
        return Outcome(Verdict.SENT, platform_id=sent_id)
    row = _row(code, said)
    return Outcome(
        row.verdict, row.reason, _code(code, said), retry_after=row.wait, most_attempts=row.most_attempts
    )


def _row(code: int | None, said: str) -> Row:
    for saying, row in SAYINGS:
        if saying.search(said):
            return row
    if (result := _result(said)) in RESULTS:
        return RESULTS[result]
    if code is None or _NO_ECHO.search(said):
        return Row(Verdict.UNKNOWN, "QQ 没有回音，可能被风控了")
    return RETCODES.get(code) or _rejected(f"NapCat 拒收（错误码 {code}）")


def _result(said: str) -> int:
    found = _RESULT.search(said)
    return int(found[1]) if found else 0


def _code(code: int | None, said: str) -> str:
    """`1200`, or `1200/16` where QQ's own code is known."""
    result = _result(said)
    return f"{code}/{result}" if result else str(code)
