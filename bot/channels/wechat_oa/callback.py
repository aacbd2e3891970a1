"""One account's callback URL: check, decrypt, read and answer what WeChat posts (CHANNELS §1.1-1.5)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.crypto import MessageCipher, check_fresh, check_signature
from bot.channels.wechat_oa.document import fields_of, word
from bot.channels.wechat_oa.inbound import parse
from bot.channels.wechat_oa.reply import fit, sealed_reply, text_reply
from bot.core.accounts import WechatOaAccount
from bot.core.clock import Clock
from bot.core.events import BuyerEvent, BuyerMessage

Query = Mapping[str, str]

ACKNOWLEDGED = (b"success", "text/plain")

_FARTHEST_AHEAD = timedelta(days=1)


class Callback:
    """What the web layer needs of an Official Account; without state, so any number of requests at once.

    Raises ValueError when `account.encoding_aes_key` is not a key.
    """

    def __init__(self, account: WechatOaAccount, clock: Clock) -> None:
        key = account.encoding_aes_key.get_secret_value()
        self._account = account
        self._clock = clock
        self._token = account.token.get_secret_value()
        self._cipher = MessageCipher(key, account.app_id) if key else None

    def verify_url(self, query: Query) -> str:
        """The echostr to answer a GET with, verbatim, as text/plain; BadCallback 403 if not WeChat's."""
        self._check_plain_signature(query)
        if "echostr" not in query:
            raise BadCallback(403, "no echostr")
        return query["echostr"]

    def read(self, query: Query, body: bytes) -> BuyerMessage | BuyerEvent:
        """What a POST says happened.

        BadCallback 403: not signed by WeChat, over five minutes old, or plaintext with a key configured.
        BadCallback 400: signed, but nothing that WeChat sends to this account.
        """
        event = parse(self._opened(query, body), self._account)
        if event.at > self._clock.now() + _FARTHEST_AHEAD:
            raise BadCallback(400, "CreateTime is in the future")
        return event

    def answer(self, query: Query, to: str, text: str | None) -> tuple[bytes, str]:
        """Body and content type of the 200 answer to the request with this `query`.

        The passive reply `text` to the openid `to`, encrypted if the request was; "success" without a text.
        At most 2,000 bytes of text are shown (CHANNELS §1.5); splitting is the caller's work.
        """
        if not text or not fit(text).strip():
            return ACKNOWLEDGED
        now = int(self._clock.now().timestamp())
        xml = text_reply(to, self._account.original_id, text, now)
        if self._cipher is not None and _is_encrypted(query):
            xml = sealed_reply(xml, self._cipher, self._token, str(now), secrets.token_hex(8))
        return xml.encode(), "application/xml"

    def _opened(self, query: Query, body: bytes) -> bytes:
        if self._cipher is not None:
            return self._cipher.decrypt(self._checked_secret(query, body))
        self._check_plain_signature(query)
        if _is_encrypted(query):
            raise BadCallback(400, "encrypted, but no encoding_aes_key is configured")
        return body

    def _checked_secret(self, query: Query, body: bytes) -> str:
        """<Encrypt> of a body whose signatures are right; plaintext fields beside it are not looked at."""
        if not _is_encrypted(query):
            raise BadCallback(403, "plaintext, although only encrypted callbacks are accepted")
        if "signature" in query:
            self._check_plain_signature(query)
        if not query.get("msg_signature"):
            raise BadCallback(403, "no msg_signature")
        timestamp, nonce = query.get("timestamp"), query.get("nonce")
        encrypt = word(fields_of(body), "Encrypt", required=True)
        check_signature(query["msg_signature"], self._token, timestamp, nonce, encrypt)
        check_fresh(timestamp, self._clock.now())
        return encrypt

    def _check_plain_signature(self, query: Query) -> None:
        timestamp = query.get("timestamp")
        check_signature(query.get("signature"), self._token, timestamp, query.get("nonce"))
        check_fresh(timestamp, self._clock.now())


def _is_encrypted(query: Query) -> bool:
    return query.get("encrypt_type") == "aes"
