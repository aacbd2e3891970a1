"""The golden stories (tests/stories/*.yaml) over the sandbox and over the real WeChat wire, process and all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.core.durations import parse_duration
from tests.shop import RunningShop, copy_config, start
from tests.wechat_shop import AES_KEY, TimelyWechat, with_account

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


class SandboxWorld:
    """Buyers and seller on the sandbox's phones."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.shop: RunningShop = start(config)

    def name(self, who: str) -> str:
        return who

    async def say(self, who: str, text: str) -> list[str]:
        return await asyncio.to_thread(self.shop.say, who, text)

    async def seen(self, who: str) -> list[str]:
        return await asyncio.to_thread(self.shop.received, who)

    async def advance(self, span: str) -> None:
        await asyncio.to_thread(self.shop.advance, span)

    async def kill(self) -> None:
        await asyncio.to_thread(self.shop.kill)
        self.shop = await asyncio.to_thread(start, self.config)

    def close(self) -> None:
        self.shop.kill()


class WechatWorld(SandboxWorld):
    """Buyers follow an Official Account; the seller commands from the sandbox."""

    def __init__(self, config: Path, wechat: TimelyWechat) -> None:
        super().__init__(config)
        self.wechat = wechat
        self._call_back()

    def _call_back(self) -> None:
        self.wechat.callback_url = f"{self.shop.url}/callback/oa"

    def name(self, who: str) -> str:
        return f"openid-of-{who}"

    async def say(self, who: str, text: str) -> list[str]:
        if who == "seller":
            return await super().say(who, text)
        exchange = await self.wechat.post_text(self.name(who), text)
        assert exchange.status == 200 and exchange.attempts == 1
        return [exchange.shown] if exchange.shown else []

    async def seen(self, who: str) -> list[str]:
        return (
            await super().seen(who) if who == "seller" else list(self.wechat.phones.get(self.name(who), ()))
        )

    async def kill(self) -> None:
        await super().kill()
        self._call_back()


@pytest.fixture(params=["sandbox", "wechat plaintext", "wechat encrypted"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SandboxWorld]:
    async with AsyncExitStack() as stack:
        if request.param == "sandbox":
            world = SandboxWorld(copy_config(tmp_path))
        else:
            key = AES_KEY if "encrypted" in request.param else ""
            wechat = await stack.enter_async_context(TimelyWechat(key))
            world = WechatWorld(with_account(tmp_path, wechat, key), wechat)
        stack.callback(world.close)
        yield world


async def play(world: SandboxWorld, step: dict[str, Any], shown: dict[str, int]) -> None:
    """Do one step; `shown` counts how much of each phone earlier steps have looked at."""
    (what, value), *rest = step.items()
    who, _, verb = what.partition(" ")
    if what == "pass":
        await world.advance(value)
        if isinstance(world, WechatWorld):
            world.wechat.ahead += parse_duration(value)
    elif what == "kill -9":
        await world.kill()
    elif verb == "sees":
        seen = await world.seen(who)
        new = "\n".join(seen[shown.get(who, 0) :])
        shown[who] = len(seen)
        for words in value:
            expected = world.name(words) if words in ("alice", "bob") else words
            assert expected in new, f"{who} does not see {words}: {new}"
    elif verb in ("saw once", "never saw"):
        count = sum(str(value) in text for text in await world.seen(who))
        assert count == (1 if verb == "saw once" else 0), f"{who} saw {value} {count} times"
    else:
        assert not verb, step
        answer = await world.say(who, value.format(alice=world.name("alice"), bob=world.name("bob")))
        for _, words in rest:
            assert answer or not words, f"no answer to {value}"
            assert words or not answer, f"an answer to {value}: {answer}"
            for word in words:
                assert str(word) in "\n".join(answer), f"{word} is not in the answer to {value}: {answer}"


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
async def test_story(world: SandboxWorld, story: Path) -> None:
    shown: dict[str, int] = {}
    for step in YAML(typ="safe").load(story.read_text(encoding="utf-8"))["steps"]:
        await play(world, step, shown)
