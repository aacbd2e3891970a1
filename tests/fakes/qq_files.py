"""What was uploaded to the fake QQ, to be named by messages (CHANNELS §3.5 media)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.fakes.faults import Refusal
from tests.fakes.pictures import from_base64, is_png

LARGEST_REQUEST = 5 * 1024 * 1024
"""Bytes; what is larger gets a 413 from a gateway before QQ (nonebot/adapter-qq#163)."""
_PICTURE = 1
_LASTS = 3600


@dataclass(frozen=True)
class Uploaded:
    """under: users or groups, for what was uploaded for the ones is nothing to the others."""

    under: str
    picture: bytes
    ends: float


class Files:
    """Takes pictures that come as bytes; `now` tells the platform's time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, Uploaded] = {}
        self._numbers = count(1)

    def take(self, under: str, asked: Any) -> dict[str, Any]:
        """What an upload is answered; Refusal for all that is not a PNG in base64."""
        if not isinstance(asked, dict) or set(asked) != {"file_type", "file_data", "srv_send_msg"}:
            raise Refusal(50001, "fields")
        if asked["file_type"] != _PICTURE or asked["file_type"] is True:
            raise Refusal(50001, "file_type")
        if asked["srv_send_msg"] is not False:
            raise Refusal(40034102, "sent at once, it is counted as a push")
        picture = from_base64(asked["file_data"])
        if picture is None:
            raise Refusal(40093001, "file_data is not base64")
        if not is_png(picture):
            raise Refusal(304083, "富媒体资源转换失败")
        number = next(self._numbers)
        known = f"FILE-INFO-{number}-" + "x" * 200
        self._kept[known] = Uploaded(under, picture, self._now() + _LASTS)
        return {"file_uuid": f"uuid-{number}", "file_info": known, "ttl": _LASTS}

    def named(self, under: str, media: Any) -> bytes:
        """The picture that a message names; Refusal if it names none that is there."""
        if not isinstance(media, dict) or set(media) != {"file_info"}:
            raise Refusal(50006, "media")
        kept = self._kept.get(str(media["file_info"]))
        if kept is None or kept.under != under or kept.ends <= self._now():
            raise Refusal(304082, "富媒体资源拉取失败")
        return kept.picture
