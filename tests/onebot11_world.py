"""A personal QQ: buyers are friends of the seller, NapCat stands between, reverse or forward."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fakes.onebot import FakeNapcat
from tests.open_shop import Shop, database_file
from tests.shop import copy_config
from tests.when import AHEAD
from tests.world import Held, World

NUMBERS = {"alice": 300000001, "bob": 300000002, "boss": 300000003}


class TimelyNapcat(FakeNapcat):
    """NapCat in the bot's time (CONTRACT §7.5): `ahead` is how far the sandbox clock was moved."""

    def __init__(self, **how: Any) -> None:
        self.ahead = AHEAD
        super().__init__(now=lambda: datetime.now(UTC) + self.ahead, **how)


def account_block(napcat: FakeNapcat, *, mode: str = "reverse_ws", gap: str = "0s", more: str = "") -> str:
    """This account as config.yaml has it; at full speed, for nobody bans a fake."""
    return (
        f"  - id: qq\n    channel: onebot11\n    self_id: {napcat.self_id}\n"
        f"    access_token: {napcat.token}\n    mode: {mode}\n    url: {napcat.url}\n"
        f"    gap: {gap}\n    jitter: 0s\n{more}"
    )


def with_account(folder: Path, napcat: FakeNapcat, *, mode: str = "reverse_ws", **more: str) -> Path:
    """The shipped configuration with this account before its sandbox; `more` is replaced too."""
    block = account_block(napcat, mode=mode)
    return copy_config(folder, **{"\naccounts:\n": "\naccounts:\n" + block}, **more)


class OnebotWorld(World):
    channel = "onebot11"
    can = frozenset({"any_time", "two_days", "own_app"})

    def __init__(self, shop: Shop, napcat: TimelyNapcat, mode: str = "reverse_ws") -> None:
        super().__init__(shop, napcat)
        self.napcat, self.mode = napcat, mode

    async def attach(self) -> None:
        if self.mode == "reverse_ws":
            await self.napcat.connect(f"{self.shop.url.replace('http', 'ws')}/ws/qq")
        await self.napcat.wait_connected()

    async def kill(self) -> None:
        await self.shop.kill()
        await self.napcat.ended.wait()
        await self.open()

    async def deliver(self, who: str, words: str, known: Any = None) -> Any:
        if known is None:
            number = NUMBERS[who]
            known = await self.napcat.say(
                number, words, sender={"user_id": number, "nickname": self.name(who)}
            )
        else:
            await self.napcat.push(known)
        await self._stored(known)
        return known

    async def say_as_seller(self, who: str, words: str) -> None:
        """The seller types on his phone."""
        await self._stored(await self.napcat.say_as_self(NUMBERS[who], words))
        await self.advance("0s")

    async def _stored(self, event: dict[str, Any]) -> None:
        """OneBot acknowledges nothing: look into the database until the message is there."""
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(self._kept, str(event["message_id"])):
                pass

    def _kept(self, message_id: str) -> bool:
        query = "SELECT 1 FROM message WHERE account = 'qq' AND message_id = ?"
        with closing(sqlite3.connect(database_file(self.shop.config), timeout=15)) as database:
            return database.execute(query, (message_id,)).fetchone() is not None

    async def phone(self, who: str) -> list[str]:
        return list(self.napcat.phones[NUMBERS[who]])

    def hold_sending(self) -> Held:
        return self.napcat.inject(hold=asyncio.Event())
