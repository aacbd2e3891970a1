"""An outgoing text as WeCom takes it: a text, or a menu where the buyer is asked yes or no; pure (§2.3)."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.clean import fit
from bot.core.delivery import Kind, Outgoing

TEXT_BYTES = 2000
"""WeCom takes 2,048 bytes."""

PICTURE_BYTES = 10_000_000
"""WeCom takes 10 MB, however it counts them (CHANNELS §2.4)."""

ANSWERS = ("满意", "不满意")
"""What a buyer may tap; it comes back as a text of these words."""

LONGEST_HEAD = 1024
_FIRST_ID = 101
_ASKS = re.compile("满意[吗么嘛]")
_UNFIT = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def msgid_of(salt: str, message: Outgoing) -> str:
    """The id by which WeCom recognises a repeat: at most 32 bytes of [0-9a-zA-Z_-]."""
    return f"{salt}-{message.id}"


def shown(message: Outgoing) -> str:
    """Its text without what JSON or a phone cannot carry."""
    return _UNFIT.sub("", fit(message.text))


def as_text(message: Outgoing) -> dict[str, Any]:
    """The fields of a plain text."""
    return {"msgtype": "text", "text": {"content": shown(message)}}


def as_menu(message: Outgoing) -> dict[str, Any] | None:
    """The fields of a menu to tap on, if the bot asks here whether the buyer is satisfied; else None."""
    if message.picture:
        return None
    text = shown(message)
    if message.kind is not Kind.COMPLAINT or not _ASKS.search(text) or len(text.encode()) > LONGEST_HEAD:
        return None
    items = [
        {"type": "click", "click": {"id": str(number), "content": words}}
        for number, words in enumerate(ANSWERS, _FIRST_ID)
    ]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": text, "list": items}}
