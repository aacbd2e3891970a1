"""Friend requests: accepted by the shop's rule, not at once, not too many a day; never refused for good."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog

from bot.channels.onebot11.inbound import FriendRequest
from bot.channels.onebot11.limits import DailyLimits
from bot.channels.onebot11.link import NoAnswer, NotSent
from bot.channels.onebot11.store import REQUEST
from bot.channels.onebot11.wire import Frame, whole
from bot.core.accounts import OnebotAccount
from bot.core.events import BuyerEvent, Happening

log = structlog.get_logger(__name__)

MOST_REMEMBERED = 200
LONGEST_COMMENT = 60

Call = Callable[[str, dict[str, object]], Awaitable[Frame]]


class Friends:
    """Decides about requests; what it does not accept stays in QQ for the seller to see."""

    def __init__(
        self, account: OnebotAccount, limits: DailyLimits, call: Call, pause: Callable[[], Awaitable[None]]
    ) -> None:
        self._account = account
        self._limits = limits
        self._call = call
        self._pause = pause
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._one_by_one = asyncio.Lock()

    def wants(self, request: FriendRequest) -> bool:
        """Whether to do anything about it; the same one again (NapCat tells it thrice) is not."""
        if (request.who, request.flag) in self._known or not self._fits(request.comment):
            return False
        self._known[request.who, request.flag] = None
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return True

    async def accept(self, request: FriendRequest) -> BuyerEvent | None:
        """Accept it after a human pause; what has happened then, which greets the new friend."""
        async with self._one_by_one:
            await self._pause()
            if not self._limits.may_accept():
                log.info("onebot11.friend_left_to_seller", account=self._account.id, why="daily_friends")
                return None
            if not await self._approved(request.flag):
                return None
            self._limits.accepted()
        comment = request.comment[:LONGEST_COMMENT]
        detail = {"scene": f"QQ 加好友：{comment}" if comment else "QQ 加好友", "comment": request.comment}
        message_id = f"{REQUEST}{request.who}:{request.flag}"[:200]
        return BuyerEvent(self._account.id, request.who, message_id, request.at, Happening.SUBSCRIBE, detail)

    def _fits(self, comment: str) -> bool:
        return any(word in comment for word in self._account.friends)

    async def _approved(self, flag: str) -> bool:
        try:
            answer = await self._call("set_friend_add_request", {"flag": flag, "approve": True, "remark": ""})
        except (NotSent, NoAnswer) as fault:
            log.info("onebot11.friend_not_accepted", account=self._account.id, why=type(fault).__name__)
            return False
        if whole(answer.get("retcode")) not in (0, 1):
            log.info("onebot11.friend_not_accepted", account=self._account.id, why=answer.get("retcode"))
            return False
        return True
