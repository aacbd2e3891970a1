"""What QQ's error codes mean for sending (the table of CHANNELS §3.5), with words for the seller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.qq_bot.api import Answer
from bot.core.delivery import Outcome, Verdict

TOKEN_CODES = frozenset({11241, 11242, 11243, 11244})
"""The access token is missing, unreadable, wrong or expired: it is renewed, and the call made once more."""

DUPLICATE = 40054005
LINK_CODES = frozenset({40054010, 304003})
AUDIT_CODES = frozenset({304023, 304024})
NO_MESSAGE = "没有能回的消息，等买家再说话"
UNREACHED = "连不上 QQ"
NO_WORD = "QQ 没有答复"

_MINUTE = timedelta(minutes=1)
_CONFIGURATION = timedelta(minutes=10)  # until somebody may have corrected it
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: how the attempt ended, why in the seller's words, how long to hold."""

    verdict: Verdict
    reason: str
    wait: timedelta | None = None


CREDENTIAL = Row(
    Verdict.ACCOUNT_STOPPED, "QQ 不认凭证，换了新的也不认；请核对 app_id 和 app_secret", _CONFIGURATION
)
WRONG_SECRET = Row(
    Verdict.ACCOUNT_STOPPED, "app_id 或 app_secret 不对，请在 QQ 开放平台「开发设置」里核对", _CONFIGURATION
)
_EXPIRED = Row(Verdict.WINDOW_CLOSED, "QQ 说这句话回得太晚了，要等买家再说话")
_BUSY = Row(Verdict.RETRY, "QQ 嫌发得太快", _MINUTE)
_MARKDOWN = Row(Verdict.REJECTED, "QQ 不收这种格式，请改发文字")
_TOO_LONG = Row(Verdict.REJECTED, "消息太长，QQ 不收，请缩短")
_LINK = Row(Verdict.REJECTED, "里面有链接，QQ 不让发；要发请在开放平台登记域名")
_MEDIA = Row(Verdict.RETRY, "QQ 没能取出图片")
"""What was uploaded is of no use to QQ; the next attempt uploads it again (CHANNELS §3.5)."""
_AUDIT = Row(Verdict.SENT, "QQ 收下了，在审核")
_GONE = Row(Verdict.UNREACHABLE, "买家删了机器人，或者不收私聊")

TABLE: Mapping[int, Row] = {
    **dict.fromkeys(sorted(TOKEN_CODES), CREDENTIAL),
    11265: Row(Verdict.ACCOUNT_STOPPED, "机器人被封，请到 QQ 开放平台看通知", _DAY),
    22009: Row(Verdict.QUOTA_USED, "买家上次说话后能回的条数用完了"),
    50006: Row(Verdict.REJECTED, "消息是空的"),
    100001: _BUSY,
    304023: _AUDIT,
    304024: _AUDIT,
    304003: _LINK,
    304026: _EXPIRED,
    304027: _EXPIRED,
    304103: _EXPIRED,
    304036: _MARKDOWN,
    304082: _MEDIA,
    304083: _MEDIA,
    40034005: _EXPIRED,
    40034006: Row(Verdict.REJECTED, "没过 QQ 的审核，请改写"),
    **dict.fromkeys(range(40034008, 40034012), _MARKDOWN),
    40034024: _EXPIRED,
    **dict.fromkeys(range(40034025, 40034028), _EXPIRED),
    40034100: Row(Verdict.WINDOW_CLOSED, "主动消息发得太多，QQ 不让再发，等买家说话"),
    40034101: Row(Verdict.UNREACHABLE, "机器人已经不在这个群里"),
    40034102: Row(Verdict.API_DISABLED, "QQ 不让这个机器人主动发消息"),
    40034105: Row(Verdict.WINDOW_CLOSED, "这个聊天里 QQ 不让主动发，等买家说话"),
    40034124: _MARKDOWN,
    40034127: _MARKDOWN,
    40034128: _EXPIRED,
    40054002: Row(Verdict.UNREACHABLE, "机器人在这个群里被禁言"),
    40054003: Row(Verdict.UNREACHABLE, "机器人已经不在这个群里"),
    40054004: _GONE,
    DUPLICATE: Row(Verdict.SENT, "QQ 已经收过这一条"),
    40054007: _TOO_LONG,
    40054010: _LINK,
    40054013: _GONE,
    40054018: _TOO_LONG,
    40093001: Row(Verdict.REJECTED, "QQ 不收这张图片，请换一张"),
    40093002: Row(Verdict.REJECTED, "今天传的文件太多，QQ 不收了，明天再传"),
}
"""Every row of CHANNELS §3.5 that a message can meet. Each reason fits into "…没送出：{reason}。"."""

_TOO_MANY_REQUESTS = 429
_UNAUTHORIZED = 401
_SERVER_ERRORS = 500


def outcome_of(answer: Answer) -> Outcome:
    """What an answer to a message means; by its code, for the words change."""
    row = _row(answer)
    return Outcome(
        row.verdict, row.reason, str(answer.code or ""), _platform_id(answer), retry_after=row.wait
    )


def is_refused_token(answer: Answer) -> bool:
    """Whether it is the access token that QQ did not like."""
    return answer.code in TOKEN_CODES or (answer.status == _UNAUTHORIZED and answer.code not in TABLE)


def _row(answer: Answer) -> Row:
    if row := TABLE.get(answer.code):
        return row
    if is_refused_token(answer):
        return CREDENTIAL
    if answer.status == _TOO_MANY_REQUESTS:
        return _BUSY
    if answer.status < 300 and not answer.code:
        return Row(Verdict.SENT, "")
    return Row(Verdict.REJECTED, f"QQ 拒收（错误码 {answer.code or answer.status}）")


def _platform_id(answer: Answer) -> str:
    """The message's id, or the audit's, by which the audit's end is told."""
    if answer.code in AUDIT_CODES:
        data = answer.fields.get("data")
        audit = data.get("message_audit") if isinstance(data, dict) else None
        return str(audit.get("audit_id") or "") if isinstance(audit, dict) else ""
    return str(answer.fields.get("id") or "")[:200]
