"""Temporary pictures as WeChat and WeCom take and keep them, strict (CHANNELS §1.11, §2.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.faults import Refusal
from tests.fakes.pictures import is_png

UPLOAD = "/cgi-bin/media/upload"
MEGABYTE = 1024 * 1024
LARGEST_REQUEST = 16 * MEGABYTE
KEPT_FOR = 3 * 24 * 3600.0
FEWEST = 5
_BOUNDARY = re.compile(r'multipart/form-data; *boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?')
_FILE = re.compile(
    rb'content-disposition: *form-data; *name="media"; *filename="[ -!#-.0-~]{1,100}\.png"', re.I
)


class Media:
    """What one account has uploaded; `now` in unix seconds. Only PNG, for the program sends nothing else."""

    def __init__(self, now: Callable[[], float], largest: int) -> None:
        self._now = now
        self._largest = largest
        self._kept: dict[str, tuple[bytes, float]] = {}
        self._numbers = count(1)

    def take(self, request: web.Request, body: bytes) -> dict[str, Any]:
        """The answer to an upload whose token is good."""
        if request.query.get("type") != "image":
            raise Refusal(40004, "invalid media type")
        picture = _file_of(request, body)
        if not FEWEST < len(picture) <= self._largest:
            raise Refusal(40006, "invalid media size")
        if not is_png(picture):
            raise Refusal(40005, "invalid file type")
        media_id = f"MEDIA_{next(self._numbers)}_" + "x" * 50
        self._kept[media_id] = (picture, self._now())
        return {"type": "image", "media_id": media_id, "created_at": int(self._now())}

    def shown(self, image: Mapping[str, Any]) -> bytes:
        """The picture of an image message."""
        picture, taken = self._kept.get(str(image.get("media_id")), (b"", float("-inf")))
        if set(image) != {"media_id"} or self._now() - taken > KEPT_FOR:
            raise Refusal(40007, "invalid media_id")
        return picture


def _file_of(request: web.Request, body: bytes) -> bytes:
    """The one file of a form; without its length, or its name, the platform finds none."""
    known = _BOUNDARY.fullmatch(request.headers.get("Content-Type", ""))
    between = b"--" + known[1].encode() if known else b""
    head, _, rest = body.partition(b"\r\n\r\n")
    picture, end, beyond = rest.rpartition(b"\r\n" + between + b"--\r\n")
    opening, *named = head.split(b"\r\n")
    whole = request.content_length == len(body) and end and not beyond and opening == between
    if known is None or not whole or between in picture or not any(map(_FILE.fullmatch, named)):
        raise Refusal(41005, "media data missing")
    return picture
