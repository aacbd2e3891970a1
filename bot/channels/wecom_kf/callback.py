"""One account's callback URL: it says that there is something to fetch, and nothing else (CHANNELS §2.1)."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.channels.base import BadCallback
from bot.channels.wechat_oa.crypto import MessageCipher, check_fresh, check_signature
from bot.channels.wechat_oa.document import fields_of, word
from bot.channels.wecom_kf.client import WecomKf
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock

_log = structlog.get_logger(__name__)

Query = Mapping[str, str]

SOMETHING = "kf_msg_or_event"
_LONGEST_TOKEN = 512


class Callback:
    """What the web layer needs of a 微信客服 account; without state, so any number of requests at once.

    channels: all of the shop's, for WeCom has one callback URL for all customer-service accounts of a corp.
    Raises ValueError when `account.encoding_aes_key` is not a key.
    """

    def __init__(self, account: WecomKfAccount, clock: Clock, channels: Mapping[str, object]) -> None:
        self._account = account
        self._clock = clock
        self._channels = channels
        self._token = account.token.get_secret_value()
        self._cipher = MessageCipher(account.encoding_aes_key.get_secret_value(), account.corp_id)

    def verify_url(self, query: Query) -> str:
        """The decrypted echostr, to be answered within a second as plain text and nothing else.

        BadCallback 403: not signed by WeCom, or over five minutes old; 400: signed, but not for this corp.
        """
        # A + that came unescaped has been read as a space, which base64 does not have.
        sealed = query.get("echostr", "").replace(" ", "+")
        self._check(query, sealed)
        try:
            return self._cipher.decrypt(sealed).decode()
        except UnicodeDecodeError:
            raise BadCallback(400, "echostr is not text") from None

    async def rung(self, query: Query, body: bytes) -> None:
        """Take a wake-up; it is durable when this returns.

        BadCallback 403: not signed by WeCom, or over five minutes old; 400: signed, but not WeCom's.
        """
        sealed = word(fields_of(body), "Encrypt", required=True)
        self._check(query, sealed)
        fields = fields_of(self._cipher.decrypt(sealed))
        if word(fields, "MsgType").lower() != "event" or word(fields, "Event") != SOMETHING:
            _log.info("wecom_kf.other_callback", account=self._account.id, kind=word(fields, "Event")[:40])
            return
        token, open_kfid = word(fields, "Token"), word(fields, "OpenKfId") or self._account.open_kfid
        if len(token) > _LONGEST_TOKEN:
            raise BadCallback(400, "Token is too long")
        channel = self._whose(open_kfid)
        if channel is None:
            _log.info("wecom_kf.not_configured", account=self._account.id, open_kfid=open_kfid[:80])
            return
        await channel.wake(token)

    def _whose(self, open_kfid: str) -> WecomKf | None:
        mine = [c for c in self._channels.values() if isinstance(c, WecomKf)]
        asked = (self._account.corp_id, open_kfid)
        return next((c for c in mine if (c.settings.corp_id, c.settings.open_kfid) == asked), None)

    def _check(self, query: Query, sealed: str) -> None:
        timestamp = query.get("timestamp")
        check_signature(query.get("msg_signature"), self._token, timestamp, query.get("nonce"), sealed)
        check_fresh(timestamp, self._clock.now())
