"""From event frames to events: whose they are, what they mean, and whether words are the bot's own."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import Submit
from bot.channels.onebot11 import store
from bot.channels.onebot11.beside import Beside
from bot.channels.onebot11.friends import Friends
from bot.channels.onebot11.inbound import FriendRequest, OwnWords, Pulse, heard
from bot.channels.onebot11.intake import Intake
from bot.channels.onebot11.link import Link
from bot.channels.onebot11.names import Names
from bot.channels.onebot11.own import Own
from bot.channels.onebot11.presence import Presence
from bot.channels.onebot11.wire import Frame, whole
from bot.core.accounts import OnebotAccount
from bot.core.clock import Clock
from bot.core.events import BuyerEvent, BuyerMessage, Event, Happening, Inbound
from storage.db import Database

Something = BuyerMessage | BuyerEvent | OwnWords


class Listener:
    """Hears the frames of every connection of one account; what it takes it submits in order."""

    def __init__(
        self,
        account: OnebotAccount,
        database: Database,
        clock: Clock,
        presence: Presence,
        own: Own,
        friends: Friends,
        beside: Beside,
    ) -> None:
        self._account = account
        self._database = database
        self._clock = clock
        self._presence = presence
        self._own = own
        self._friends = friends
        self._beside = beside
        self._names = Names()
        self._submit: Submit | None = None
        self._intake: Intake[Something] = Intake(account.id, self._prepared, self._submitted)

    @property
    def listening(self) -> bool:
        """Whether what is heard has somewhere to go."""
        return self._submit is not None

    def start(self, submit: Submit) -> None:
        """Begin to submit."""
        self._submit = submit
        self._intake.start()

    async def stop(self, timeout: float) -> None:
        """Submit what has been taken, for at most `timeout` seconds, and end."""
        await self._intake.stop(timeout)
        self._submit = None

    async def heard(self, link: Link, frame: Frame) -> None:
        """An event frame; waits while too much is waiting."""
        if whole(frame.get("self_id")) != self._account.self_id:
            if not link.confirmed:
                await self._presence.mistaken(link)
            return
        self._presence.confirm(link)
        match heard(frame, self._account, self._clock.now()):
            case None:
                pass
            case Pulse() as pulse:
                self._presence.pulse(link, pulse)
            case FriendRequest() as request:
                if self._friends.wants(request):
                    self._beside.do(self._befriend(request))
            case BuyerMessage() as message:
                if (introduction := self._names.introduction(message)) is not None:
                    await self._intake.put(introduction)
                await self._intake.put(message)
            case something:
                await self._intake.put(something)

    async def _befriend(self, request: FriendRequest) -> None:
        if (event := await self._friends.accept(request)) is not None:
            await self._intake.put(event)

    async def _prepared(self, something: Something) -> Event | None:
        if not isinstance(something, OwnWords):
            return something
        if self._own.must_wait(something):
            self._beside.do(self._look_into(something))
            return None
        return await self._spoken(something)

    async def _look_into(self, own: OwnWords) -> None:
        if (event := await self._spoken(own)) is not None:
            await self._intake.put(event)

    async def _spoken(self, own: OwnWords) -> BuyerEvent | None:
        """The seller has taken the conversation over, unless the words are the bot's."""
        if await self._own.are_the_bots(own):
            return None
        happened, detail = Happening.SELLER_SPOKE, {"text": own.text}
        return BuyerEvent(self._account.id, own.to, own.message_id, own.at, happened, detail)

    async def _submitted(self, event: Event) -> None:
        """Message ids are 31 bits of a hash: the id of another person's message is no repetition."""
        if self._submit is None:
            raise RuntimeError("not started")
        handled = await self._submit(event)
        row = handled.message_row
        if not handled.duplicate or row is None or not isinstance(event, Inbound):
            return
        sender = await self._database.read(lambda c: store.sender_of(c, row))
        if sender and sender != event.external_id:
            name = f"{event.message_id}@{event.external_id}"
            await self._submit(replace(event, message_id=name[:200]))
