"""What buyers call themselves: every message says it, the profile has to hear it once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from bot.core.events import BuyerEvent, BuyerMessage, Happening

NICKNAME = "nickname"
"""The key of a message's payload."""

MOST_REMEMBERED = 5000
_LONGEST = 64


class Names:
    """Remembers which nicknames have been told; after a restart the same profile is the same event."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    def introduction(self, message: BuyerMessage) -> BuyerEvent | None:
        """Who the sender is, if that has not been told yet."""
        nickname = " ".join(str(message.payload.get(NICKNAME, "")).split())[:_LONGEST]
        who = (message.external_id, nickname)
        if not nickname or who in self._told:
            return None
        self._told[who] = None
        while len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)
        digest = hashlib.sha256(nickname.encode()).hexdigest()[:24]
        message_id = f"profile:{message.external_id}:{digest}"
        detail = {NICKNAME: nickname}
        return BuyerEvent(
            message.account, message.external_id, message_id, message.at, Happening.PROFILE, detail
        )
