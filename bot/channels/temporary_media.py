"""A picture becomes temporary media before it is sent; the same at WeCom (CHANNELS §1.11, §2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from aiohttp import FormData

from bot.core.delivery import Outcome

UPLOAD = "/cgi-bin/media/upload"
UPLOADED_AS = {"type": "image"}
"""What the query says beside the token."""

_MEGABYTE = 1_000_000


class NotUploaded(Exception):
    """The platform has not taken the picture, so no message was sent; `outcome` is what that means for it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code or outcome.verdict)
        self.outcome = outcome


def form_of(picture: bytes) -> FormData:
    """The upload of a PNG, to be posted once; without a file name the platform would find no file in it."""
    form = FormData()
    form.add_field("media", BytesIO(picture), filename="picture.png", content_type="image/png")
    return form


def as_image(media_id: str) -> dict[str, Any]:
    """The fields of a message that shows what was uploaded as `media_id`."""
    return {"msgtype": "image", "image": {"media_id": media_id}}


def media_id_of(answer: Mapping[str, Any]) -> str:
    """What an uploaded picture is known by, for three days; empty if the answer is a refusal, or none."""
    media_id = answer.get("media_id")
    return media_id if isinstance(media_id, str) and not answer.get("errcode") else ""


def too_large(picture: bytes, most: int) -> str:
    """Why no more than `most` bytes are uploaded, in the seller's words; empty if the picture fits."""
    return f"图片太大，这里最多发 {most // _MEGABYTE} MB" if len(picture) > most else ""
