"""What went out from our own account: the bot's message come back, or the seller at his phone.

Taking the bot's echo for the seller would silence the bot for half an hour (PRACTICES, hate 13), so whatever
may be the bot's is taken for the bot's.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.channels.onebot11.inbound import OwnWords

MOST_REMEMBERED = 2000


@dataclass(eq=False, slots=True)
class UnderWay:
    """A message between its call and the answer; `seen` is its id if it has come back before that.

    picture: the bytes of the picture that goes instead of the text.
    """

    text: str
    picture: int = 0
    seen: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Own:
    """Knows the bot's messages: by id, by what is being sent right now, else by `sent` (the database)."""

    def __init__(self, sent: Callable[[OwnWords], Awaitable[bool]]) -> None:
        self._sent = sent
        self._ids: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._under_way: defaultdict[str, list[UnderWay]] = defaultdict(list)

    @contextmanager
    def sending(self, to: str, text: str, picture: int = 0) -> Iterator[UnderWay]:
        """For the time of the call; `picture` as `UnderWay` has it."""
        message = UnderWay(text, picture)
        self._under_way[to].append(message)
        try:
            yield message
        finally:
            message.done.set()
            self._under_way[to].remove(message)
            if not self._under_way[to]:
                del self._under_way[to]

    def sent_as(self, to: str, message_id: str) -> None:
        """The platform took a message of the bot under this id."""
        if message_id:
            self._ids[to, message_id] = None
            while len(self._ids) > MOST_REMEMBERED:
                self._ids.popitem(last=False)

    def must_wait(self, own: OwnWords) -> bool:
        """Whether only the answer to a call under way can tell whose words these are."""
        return own.to in self._under_way and not self._comes_back(own)

    async def are_the_bots(self, own: OwnWords) -> bool:
        """Whether these words are the bot's; waits for the calls to this person that are under way."""
        if self._comes_back(own):
            return True
        for message in list(self._under_way.get(own.to, ())):
            await message.done.wait()
        return (own.to, own.message_id) in self._ids or await self._sent(own)

    def _comes_back(self, own: OwnWords) -> bool:
        if (own.to, own.message_id) in self._ids:
            return True
        for message in self._under_way.get(own.to, ()):
            if not message.seen and _looks_like(own, message):
                message.seen = own.message_id
                self.sent_as(own.to, own.message_id)
                return True
        return False


def _looks_like(own: OwnWords, message: UnderWay) -> bool:
    """A picture comes back as a name and a link: how large it is, if that is told, must do."""
    if message.picture:
        return own.picture in (0, message.picture)
    return _bare(message.text) == _bare(own.text)


def _bare(text: str) -> str:
    """Platforms change line ends and outer space."""
    return "".join(text.split())
