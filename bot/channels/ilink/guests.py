"""Who writes here and is not one of the sellers: turned away politely, once, and kept nowhere."""

from __future__ import annotations

import secrets
from contextlib import suppress

import aiohttp

from bot.channels.base import Tell
from bot.channels.ilink import store, wire
from bot.channels.ilink.api import NoAnswer, NotReached, post
from bot.channels.ilink.inbound import Said
from bot.channels.ilink.store import Session
from bot.core.accounts import IlinkAccount
from storage.db import Database

NOT_HERE = "你好，这是店主自己用的小助手，在这儿说的话店主看不到，我也不会留。有事请直接找店主，别耽误了。"


class Guests:
    """Nothing of theirs is stored but a digest of who has been answered."""

    def __init__(
        self, account: IlinkAccount, http: aiohttp.ClientSession, database: Database, tell: Tell
    ) -> None:
        self._account = account
        self._http = http
        self._database = database
        self._tell = tell
        self._seen: set[str] = set()

    async def turn_away(self, said: Said, session: Session) -> None:
        """Answer a stranger's first message; the sellers learn who it was, for it may be one of them."""
        account = self._account
        if said.sender in self._seen or len(self._seen) >= store.MOST_GUESTS:
            return
        self._seen.add(said.sender)
        if not await self._database.write(lambda c: store.is_new_guest(c, account.id, said.sender)):
            return
        body = wire.as_text(said.sender, NOT_HERE, secrets.token_hex(16), said.context)
        url = (session.base or account.api_base) + wire.SEND
        with suppress(NotReached, NoAnswer):
            await post(self._http, url, body | wire.base_info(account), wire.headers(account, session.token))
        text = (
            f"有个没绑定的微信在 {account.id} 里跟我说话，我客气回绝了，话没有存。"
            f"要是你自己的，把 id: {said.sender} 写进 sellers 的 identities，再重启。"
        )
        await self._tell(text, f"guest:{account.id}:{store.digest(said.sender)}")
