"""What iLink's codes mean for sending (CHANNELS §5.3, §5.4), in the seller's words."""

from __future__ import annotations

from bot.channels.ilink.api import Answer
from bot.core.accounts import IlinkAccount
from bot.core.delivery import Outcome, Verdict

LOGIN_EXPIRED = -14
NOT_NOW = -2
"""More messages than allowed, or too late; iLink does not say which."""

UNREACHED = "连不上微信"
NO_WORD = "微信没有答复"
NOT_LOGGED_IN = "微信没登录，要到运行机器人的电脑前扫码"
NEVER_SPOKE = "对方还没在微信里跟机器人说过话"

_MOST_ATTEMPTS = 3
"""What other codes mean is written nowhere; they may pass."""


def outcome_of(answer: Answer, account: IlinkAccount) -> Outcome:
    """What an answer to sendmessage means."""
    code = str(answer.code)
    if answer.code == 0:
        given = answer.fields.get("message_id")
        known = isinstance(given, int | str) and not isinstance(given, bool)
        return Outcome(Verdict.SENT, platform_id=str(given)[:100] if known else "")
    if answer.code == LOGIN_EXPIRED:
        return Outcome(Verdict.WINDOW_CLOSED, NOT_LOGGED_IN, code)
    if answer.code == NOT_NOW:
        hours = round(account.lasts.total_seconds() / 3600)
        reason = f"微信不让发：对方上次说话后满了 {account.most} 条，或者快到 {hours} 小时了"
        return Outcome(Verdict.WINDOW_CLOSED, reason, code)
    return Outcome(Verdict.RETRY, f"微信拒收（错误码 {code}）", code, most_attempts=_MOST_ATTEMPTS)
