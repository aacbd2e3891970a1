"""What a Content-Disposition header calls a file, as a name that can do no harm; pure (CHANNELS §2.4)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.channels.fetching import NAMELESS, file_name

_NAMED = re.compile(r';\s*filename(\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.IGNORECASE)
_QUOTED = re.compile(r'\\(["\\])')


def name_of(disposition: str) -> str:
    """Its `filename*`, else its `filename`, as `fetching.file_name` has it."""
    plain, encoded = "", ""
    for starred, quoted, bare in _NAMED.findall(disposition):
        value = _QUOTED.sub(r"\1", quoted) or bare.strip(' \t"')
        if starred:
            encoded = encoded or _from_extended(value)
        else:
            plain = plain or _from_plain(value)
    named = (file_name(value) for value in (encoded, plain))
    return next((name for name in named if name != NAMELESS), NAMELESS)


def _from_extended(value: str) -> str:
    """RFC 8187: charset'language'percent-encoded; empty unless it is UTF-8, the only charset it requires."""
    charset, _, rest = value.partition("'")
    _, _, encoded = rest.partition("'")
    return unquote(encoded, errors="replace") if charset.strip().lower() == "utf-8" else ""


def _from_plain(value: str) -> str:
    """As it stands, or percent-decoded where only that gives letters beyond ASCII, as some senders do it."""
    try:
        decoded = unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value
    return decoded if value.isascii() and not decoded.isascii() else value
