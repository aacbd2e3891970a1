"""Who signs a QQ webhook: Ed25519 from the AppSecret, over timestamp and raw body (CHANNELS §3.2); pure."""

from __future__ import annotations

import re
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.channels.base import BadCallback

FRESH_SECONDS = 300
"""How old, or how far ahead, a signed timestamp may be; Tencent's own code has no limit."""

_SEED = 32
_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_TIMESTAMP = re.compile(r"[0-9]{10}")
_TOKEN = re.compile(r"[A-Za-z0-9_=+/-]{1,128}")


class Signer:
    """Signs and checks with the key that QQ derives from the AppSecret."""

    def __init__(self, secret: str) -> None:
        raw = secret.encode()
        self._key = Ed25519PrivateKey.from_private_bytes((raw * (_SEED // len(raw) + 1))[:_SEED])
        self._public = self._key.public_key()

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public.public_bytes_raw()

    def check(self, signature: str, timestamp: str, body: bytes, now: datetime) -> None:
        """BadCallback 403 unless `signature` (hex) is QQ's over `timestamp` and `body`, and is fresh."""
        check_fresh(timestamp, now)
        if not _SIGNATURE.fullmatch(signature):
            raise BadCallback(403, "not a signature")
        raw = bytes.fromhex(signature)
        if raw[63] & 224:
            raise BadCallback(403, "not a canonical signature")
        try:
            self._public.verify(raw, timestamp.encode() + body)
        except InvalidSignature:
            raise BadCallback(403, "wrong signature") from None

    def validation(self, plain_token: str, event_ts: str, now: datetime) -> str:
        """The hex signature that proves to QQ whose URL this is; BadCallback 403 if asked for anything else.

        The same key signs events. So nothing is signed that could be the body of one: a token has neither
        braces nor quotes, and the timestamp is now's.
        """
        check_fresh(event_ts, now)
        if not _TOKEN.fullmatch(plain_token):
            raise BadCallback(403, "not a validation token")
        return self._key.sign(event_ts.encode() + plain_token.encode()).hex()


def check_fresh(timestamp: str, now: datetime) -> None:
    """BadCallback 403 unless `timestamp` is ten digits and within five minutes of `now`."""
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadCallback(403, "not a timestamp")
    if abs(int(timestamp) - now.timestamp()) > FRESH_SECONDS:
        raise BadCallback(403, "signed too long ago, or in the future")
