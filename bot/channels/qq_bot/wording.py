"""Texts as QQ takes them (CHANNELS §3.5); pure."""

from __future__ import annotations

import re

MOST_BYTES = 2000
"""At most so many characters are safe, and so is as many bytes; there is no official number."""

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s，。！？；、）】》”’]+|\b[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.(?:com|cn|net|org|top|shop|vip|cc|io)\b\S*",
    re.ASCII | re.IGNORECASE,
)
_INSTEAD = "（链接发不了）"


def fit(text: str) -> str:
    """`text` without controls and lone surrogates; the line ends stay."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_links(text: str) -> str:
    """`text` with every address replaced by a word that there was one; unchanged if there was none."""
    return _LINK.sub(_INSTEAD, text)
