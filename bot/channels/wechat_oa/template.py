"""A service notice as a template message, keywords cut to WeChat's limits (CHANNELS §1.8); pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.wechat_oa.errors import CHINA
from bot.channels.wechat_oa.reply import fit
from bot.core.accounts import WechatOaAccount
from bot.core.delivery import Outgoing

LONGEST: Mapping[str, int] = {
    "thing": 20,
    "character_string": 32,
    "letter": 32,
    "number": 32,
    "symbol": 5,
    "phrase": 5,
    "name": 10,
    "short_thing": 5,
    "phone_number": 17,
    "car_number": 8,
}
"""The most characters a value may have, by the keyword's type (the keyword without its number)."""

_ASCII_ONLY = frozenset({"character_string", "letter", "number", "phone_number"})
_NOTHING = "-"


def template_message(message: Outgoing, account: WechatOaAccount, now: datetime) -> dict[str, Any]:
    """The body of message/template/send; KeyError if the account has no template of this name.

    `client_msg_id` is the outbox row's, so that WeChat recognises a repeat — for ten minutes.
    """
    templates: dict[str | None, str] = dict(account.templates.items())
    return {
        "touser": message.external_id,
        "template_id": templates[message.template],
        "client_msg_id": f"huitouke-{message.id}",
        "data": {
            keyword: {"value": value_for(keyword, _meaning(message, meant, now))}
            for keyword, meant in account.template_fields.items()
        },
    }


def value_for(keyword: str, value: str) -> str:
    """`value` as the template keyword takes it: one line, its characters, its length, never empty."""
    kind = keyword.rstrip("0123456789")
    line = " ".join(fit(value).split())
    if kind in _ASCII_ONLY:
        line = "".join(c for c in line if c.isascii()).strip()
    return _cut(line, LONGEST.get(kind, len(line)), "" if kind in _ASCII_ONLY else "…") or _NOTHING


def _cut(line: str, longest: int, ending: str) -> str:
    return line if len(line) <= longest else line[: longest - len(ending)] + ending


def _meaning(message: Outgoing, meant: str, now: datetime) -> str:
    given = message.template_data.get(meant, "")
    if meant == "time" and not given.strip():
        return f"{now.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return given
