"""Files as NapCat knows them: a segment without bytes, and two actions that lead to them (CHANNELS §4)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.fakes.qq_downloads import Downloads


class Failed(Exception):
    """An action that fails: `retcode` and the words NapCat puts into `message` and `wording`."""

    def __init__(self, retcode: int, words: str) -> None:
        super().__init__(words)
        self.retcode = retcode


@dataclass(frozen=True)
class Sent:
    """A file as it was sent; link: where it can be downloaded."""

    name: str
    data: bytes
    link: str


class SentFiles:
    """What friends have sent.

    as_base64: "启用本地文件到 URL" is on, else `get_file` names but a path. links: whether
    `get_private_file_url` finds any; None: it is not known there. said: what `get_file` says instead.
    """

    def __init__(self) -> None:
        self.downloads = Downloads()
        self.as_base64 = False
        self.links: bool | None = True
        self.said: dict[str, Any] = {}
        self._sent: dict[str, Sent] = {}
        self._numbers = count(1)

    def sent(self, name: str, data: bytes, *, size: object = None, **how: Any) -> dict[str, Any]:
        """The segment of a file; `how` it is downloaded: see Downloads."""
        file_id = f"0000{next(self._numbers):04x}4e61704361744f6e65426f74"
        self._sent[file_id] = Sent(name, data, self.downloads.keep(name, data, **how))
        told = str(len(data)) if size is None else size
        return {"type": "file", "data": {"file": name, "file_id": file_id, "file_size": told}}

    def get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        """NapCat has fetched it, to a disk of its own."""
        sent = self._named(params, "file not found")
        path = f"/app/.config/QQ/nt_qq/nt_data/File/{sent.name}"
        answer = {"file": path, "url": path, "file_size": str(len(sent.data)), "file_name": sent.name}
        if self.as_base64:
            answer["base64"] = b64encode(sent.data).decode()
        return answer | self.said

    def get_private_file_url(self, params: dict[str, Any]) -> dict[str, Any]:
        """A link that is good for a while."""
        if self.links is None:
            raise Failed(1404, "不支持的Api get_private_file_url")
        sent = self._named(params, "real fileUUID not found!")
        if not self.links:
            raise Failed(1200, "real fileUUID not found!")
        return {"url": sent.link}

    def _named(self, params: dict[str, Any], otherwise: str) -> Sent:
        if set(params) != {"file_id"} or not isinstance(params["file_id"], str):
            raise Failed(1400, "file_id must be a string, and nothing else")
        if params["file_id"] not in self._sent:
            raise Failed(1200, otherwise)
        return self._sent[params["file_id"]]
