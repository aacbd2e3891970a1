"""The one text that may stand in the answer to a callback, plain or encrypted (CHANNELS §1.3, §1.5); pure."""

from __future__ import annotations

import re

from wechatpy.replies import TextReply

from bot.channels.wechat_oa.crypto import MessageCipher, sign

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SEALED = (
    "<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
    "<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
)


def fit(text: str) -> str:
    """`text` without what XML cannot carry and WeChat's JSON refuses: controls, lone surrogates."""
    return _UNFIT.sub("", text)


def text_reply(to: str, sender: str, text: str, at: int) -> str:
    """The passive reply as XML; no text can break out of its element (`at` in unix seconds)."""
    reply = TextReply(source=_cdata(sender), target=_cdata(to), content=_cdata(text), time=at)
    return str(reply.render())


def sealed_reply(xml: str, cipher: MessageCipher, token: str, timestamp: str, nonce: str) -> str:
    """`xml` encrypted and signed, as an encrypted callback must be answered."""
    encrypt = cipher.encrypt(xml)
    signature = sign(token, timestamp, nonce, encrypt)
    return _SEALED.format(encrypt=encrypt, signature=signature, timestamp=timestamp, nonce=nonce)


def _cdata(text: str) -> str:
    """`text` as it may stand inside wechatpy's CDATA, which would end at the first `]]>`."""
    return fit(text).replace("]]>", "]]]]><![CDATA[>")
