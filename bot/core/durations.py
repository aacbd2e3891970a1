"""Spans of time as people write them in configuration and in the sandbox: 5s, 30m, 36h, 2d."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"^(\d{1,9}(?:\.\d{1,3})?)\s*([smhd])$")


def parse_duration(text: str) -> timedelta:
    """Read `36h`; raise ValueError for anything else, or for more than ten years."""
    match = _DURATION.match(text.strip())
    if match is None:
        raise ValueError(f"时长看不懂：{text[:40]}（例：5s、30m、36h、2d）")
    span = timedelta(**{_UNITS[match[2]]: float(match[1])})
    if span > timedelta(days=3653):
        raise ValueError(f"时长太长：{text[:40]}（最多十年）")
    return span
