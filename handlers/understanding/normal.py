"""One spelling for what people type in many: width, script, case and space are levelled."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import opencc

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def normalise(text: str) -> str:
    """Full width → half, traditional → simplified, lower case, white space → one space. Never raises."""
    if text.isascii():
        return _one_space(text.lower())
    level = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    # opencc encodes to UTF-8, which half of a surrogate pair cannot be
    sound = level.encode("utf-8", "replace").decode("utf-8")
    return _one_space(_to_simplified().convert(sound))


def _one_space(text: str) -> str:
    return " ".join(text.split())
