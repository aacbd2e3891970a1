"""WeChat's own side of the wire: signing, AES, XML; nothing of the product's code (CHANNELS §1.1-1.5)."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import struct
from xml.etree import ElementTree

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

REPLY_FIELDS = ["Content", "CreateTime", "FromUserName", "MsgType", "ToUserName"]
SEALED_FIELDS = ["Encrypt", "MsgSignature", "Nonce", "TimeStamp"]
LONGEST_TEXT = 2048


class Malformed(Exception):
    """A passive reply that WeChat would not show."""


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Aes:
    """WXBizMsgCrypt: PKCS#7 with blocks of 32 bytes, big-endian length, receiver at the end."""

    def __init__(self, encoding_aes_key: str, receive_id: str) -> None:
        self.key = base64.b64decode(encoding_aes_key + "=")
        self.receive_id = receive_id.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))

    def seal(self, message: str | bytes, random: bytes | None = None) -> str:
        data = message.encode() if isinstance(message, str) else message
        padder = padding.PKCS7(256).padder()
        plain = (random or os.urandom(16)) + struct.pack(">I", len(data)) + data + self.receive_id
        return self.seal_raw(padder.update(plain) + padder.finalize())

    def seal_raw(self, padded: bytes) -> str:
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def open(self, encrypted: str) -> str:
        decryptor = self._cipher().decryptor()
        unpadder = padding.PKCS7(256).unpadder()
        plain = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
        plain = unpadder.update(plain) + unpadder.finalize()
        (length,) = struct.unpack(">I", plain[16:20])
        if plain[20 + length :] != self.receive_id:
            raise Malformed("for somebody else")
        return plain[20 : 20 + length].decode()


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def element(name: str, value: object) -> str:
    """An element as WeChat writes it: numbers bare, texts in CDATA, dicts nested, lists repeated."""
    if isinstance(value, list):
        return "".join(element(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(element(k, v) for k, v in value.items())}</{name}>"
    inside = str(value) if isinstance(value, int) else cdata(str(value))
    return f"<{name}>{inside}</{name}>"


def push_xml(fields: dict[str, object]) -> str:
    return element("xml", fields)


def flat(xml: str, expected: list[str]) -> dict[str, str]:
    """The fields of `xml`, which must be exactly the `expected` ones, once each."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as fault:
        raise Malformed(str(fault)) from fault
    if root.tag != "xml" or sorted(child.tag for child in root) != expected or any(len(c) for c in root):
        raise Malformed(f"fields {[child.tag for child in root]}")
    return {child.tag: child.text or "" for child in root}


def read_reply(body: bytes, to: str, sender: str, aes: Aes | None, token: str) -> str | None:
    """The text of a passive reply, None for an acknowledgement; Malformed for what WeChat would not show."""
    if body in (b"", b"success"):
        return None
    try:
        xml = body.decode()
        fields = flat(_unsealed(xml, aes, token) if aes else xml, REPLY_FIELDS)
    except ValueError as fault:
        raise Malformed(str(fault)) from fault
    if (fields["ToUserName"], fields["FromUserName"], fields["MsgType"]) != (to, sender, "text"):
        raise Malformed("not a text from this account to this user")
    if not re.fullmatch("[0-9]{9,10}", fields["CreateTime"]):
        raise Malformed("CreateTime")
    if not 0 < len(fields["Content"].encode()) <= LONGEST_TEXT:
        raise Malformed("length of Content")
    return fields["Content"]


def _unsealed(xml: str, aes: Aes, token: str) -> str:
    sealed = flat(xml, SEALED_FIELDS)
    signed = signature(token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
    if signed != sealed["MsgSignature"] or not sealed["Nonce"]:
        raise Malformed("MsgSignature")
    return aes.open(sealed["Encrypt"])
