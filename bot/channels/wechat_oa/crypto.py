"""Signatures and AES of WeChat callbacks: wechatpy with its gaps closed (CHANNELS §1.3, §6)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from wechatpy.crypto import PrpCrypto
from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.utils import WeChatSigner

from bot.channels.base import BadCallback

FRESH_FOR = timedelta(minutes=5)

_RANDOM_BYTES = 16
_HEAD_BYTES = _RANDOM_BYTES + 4  # the random bytes and the length field
_LONGEST_PADDING = 32
_KEY_BYTES = 32


def sign(token: str, *parts: str) -> str:
    """The lower-case hex SHA-1 over the sorted strings, as WeChat signs (CHANNELS §1.1).

    Raises ValueError (UnicodeEncodeError) for text that is not Unicode.
    """
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return str(signer.signature)


def check_signature(given: str | None, token: str, *parts: str | None) -> None:
    """Raise BadCallback 403 unless `given` is the signature over `token` and all `parts`.

    wechatpy.utils.check_signature compares with `!=`; this compares in constant time.
    """
    present = [part for part in parts if part]
    if not given or len(present) != len(parts):
        raise BadCallback(403, "the signature or something it covers is missing")
    try:
        right = hmac.compare_digest(sign(token, *present).encode(), given.encode())
    except UnicodeEncodeError:
        right = False
    if not right:
        raise BadCallback(403, "wrong signature")


def check_fresh(timestamp: str | None, now: datetime) -> None:
    """Raise BadCallback 403 unless `timestamp` (unix seconds) is within five minutes of `now`."""
    digits = timestamp or ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise BadCallback(403, "no timestamp")
    if abs(int(digits) - now.timestamp()) > FRESH_FOR.total_seconds():
        raise BadCallback(403, "stale timestamp")


def _random() -> bytes:
    return secrets.token_bytes(_RANDOM_BYTES)


class MessageCipher:
    """AES between WeChat and one receiver; the same for Official Accounts and WeCom (CHANNELS §1.3).

    `receive_id` is the app id (WeCom: the corp id). Raises ValueError for a key that is none.
    `random` gives 16 bytes for every message; only tests with fixed vectors replace it.
    """

    def __init__(
        self, encoding_aes_key: str, receive_id: str, *, random: Callable[[], bytes] = _random
    ) -> None:
        key = _aes_key(encoding_aes_key)
        self._receive_id = receive_id
        self._aes = WeChatCipher(key)
        self._sealer = PrpCrypto(key)
        # wechatpy takes these bytes from `random.sample`, which can be predicted.
        self._sealer.get_random_string = random

    def encrypt(self, text: str) -> str:
        """`text` as the base64 that goes into <Encrypt>."""
        sealed: bytes = self._sealer.encrypt(text, self._receive_id)
        return sealed.decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside <Encrypt>; BadCallback 400 for anything that is not one for this receiver."""
        # wechatpy's decrypt checks neither padding nor length and raises seven kinds of errors:
        # only its AES is used.
        try:
            plain: bytes = self._aes.decrypt(base64.b64decode(encrypted, validate=True))
        except (binascii.Error, ValueError):
            raise BadCallback(400, "not base64, or not whole AES blocks") from None
        return self._unpack(_without_padding(plain))

    def _unpack(self, plain: bytes) -> bytes:
        end = _HEAD_BYTES + int.from_bytes(plain[_RANDOM_BYTES:_HEAD_BYTES], "big")
        if len(plain) < _HEAD_BYTES or end > len(plain):
            raise BadCallback(400, "the length inside is wrong")
        if not hmac.compare_digest(plain[end:], self._receive_id.encode()):
            raise BadCallback(400, "encrypted for somebody else")
        return plain[_HEAD_BYTES:end]


def _aes_key(encoding_aes_key: str) -> bytes:
    try:
        # Not strictly: the bits that 43 letters have too many are whatever WeChat left there.
        key = base64.b64decode(encoding_aes_key + "=")
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError("EncodingAESKey 必须由 43 个字母和数字组成")
    return key


def _without_padding(plain: bytes) -> bytes:
    count = plain[-1] if plain else 0
    padding = bytes([count]) * count
    if not 1 <= count <= _LONGEST_PADDING or not hmac.compare_digest(plain[-count:], padding):
        raise BadCallback(400, "wrong padding")
    return plain[:-count]
