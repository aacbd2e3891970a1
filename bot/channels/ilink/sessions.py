"""The login that counts, over restarts and processes, and what happens when it ends (CHANNELS §5.3, -14)."""

from __future__ import annotations

import structlog

from bot.channels.base import Tell
from bot.channels.ilink import store
from bot.channels.ilink.store import Session, digest
from bot.core.accounts import IlinkAccount
from storage.db import Database

_log = structlog.get_logger(__name__)


class Sessions:
    """Reads it from the database each time: another process may have logged in."""

    def __init__(self, account: IlinkAccount, database: Database, tell: Tell) -> None:
        self._account = account
        self._database = database
        self._tell = tell
        self._configured = account.bot_token.get_secret_value()

    async def current(self) -> Session | None:
        """The login, perhaps an expired one; None if there has never been any."""
        kept = await self._database.read(lambda c: store.session(c, self._account.id))
        mark = digest(self._configured)
        if not mark or (kept is not None and kept.configured == mark):
            return kept
        return await self.begin(Session(self._configured))

    async def begin(self, session: Session) -> Session:
        """A new login counts from now on."""
        marked = Session(session.token, session.base, session.user_id, configured=digest(self._configured))
        await self._database.write(lambda c: store.begin(c, self._account.id, marked))
        return marked

    async def expire(self, session: Session) -> None:
        """The platform no longer takes its token: the sellers are told, once, on their other channels."""
        account = self._account.id
        if not await self._database.write(lambda c: store.expire(c, account, session)):
            return
        _log.warning("ilink.login_expired", account=account)
        text = (
            f"微信遥控（{account}）掉线了，登录过期。到运行机器人的电脑前，用手机微信扫窗口里的二维码就好；"
            "扫好以前，提醒和今日清单到不了微信，都先排着。"
        )
        await self._tell(text, f"login:{account}:{digest(session.token)}")
