"""Pictures on the fake platforms: PNGs to send, and whether bytes are a whole one."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode

SHOWN = "[图]"
"""What a list of chats shows of a picture."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def a_png(size: int = 0, colour: int = 0) -> bytes:
    """A grey dot as a PNG, padded to `size` bytes if that is more."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    dot, end = _chunk(b"IDAT", zlib.compress(bytes([0, colour]))), _chunk(b"IEND", b"")
    bare = len(SIGNATURE) + len(head) + len(dot) + len(end)
    padding = _chunk(b"teSt", bytes(size - bare - 12)) if size >= bare + 12 else b""
    return SIGNATURE + head + padding + dot + end


def is_png(data: bytes) -> bool:
    """Whether these are whole chunks with their sums, from the head to the end and no further."""
    if not data.startswith(SIGNATURE):
        return False
    at, kinds = len(SIGNATURE), []
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if data[at : at + 12 + length] != _chunk(kind, body):
            return False
        kinds.append(kind)
        at += 12 + length
    return at == len(data) and kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds


def from_base64(text: object) -> bytes | None:
    """The bytes, or None for what is not base64 with its padding."""
    try:
        return b64decode(text, validate=True) if isinstance(text, str) and text else None
    except ValueError:
        return None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
