"""Every world that the stories are played in: the one table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.onebot11_world import NUMBERS, OnebotWorld, TimelyNapcat
from tests.onebot11_world import with_account as with_onebot
from tests.open_shop import OpenShop, ProcessShop
from tests.qq_world import QqWorld, TimelyQq
from tests.qq_world import with_account as with_qq
from tests.sandbox_world import SandboxWorld
from tests.shop import copy_config
from tests.wechat_shop import AES_KEY, TimelyWechat
from tests.wechat_shop import with_account as with_wechat
from tests.wechat_world import WechatWorld
from tests.wecom_kf_shop import TimelyWecom, with_kf_account
from tests.wecom_kf_world import WecomKfWorld
from tests.world import World, with_boss

NEEDS = {
    "any_time": "那里有回复窗口，过了就不能主动发",
    "two_days": "那里最后一句话之后过不了两天就不能再发",
    "window": "那里没有回复窗口，随时能发",
    "own_app": "机器人看不到店主在平台自己的 App 里说的话",
}
"""What a story may ask of a platform, and why one that has it not cannot play it."""

Shops = type[OpenShop] | type[ProcessShop]
Made = Callable[[AsyncExitStack, Path, Shops], Awaitable[World]]


async def _sandbox(_: AsyncExitStack, folder: Path, shops: Shops) -> World:
    return SandboxWorld(shops(copy_config(folder, **with_boss("sandbox", "boss"))), None)


def _wechat(key: str) -> Made:
    async def made(stack: AsyncExitStack, folder: Path, shops: Shops) -> World:
        wechat = await stack.enter_async_context(TimelyWechat(key))
        config = with_wechat(folder, wechat, key, **with_boss("oa", "openid-of-boss"))
        return WechatWorld(shops(config), wechat)

    return made


async def _wecom_kf(stack: AsyncExitStack, folder: Path, shops: Shops) -> World:
    wecom = await stack.enter_async_context(TimelyWecom())
    return WecomKfWorld(shops(with_kf_account(folder, wecom, with_boss("kf", "wm_boss"))), wecom)


def _qq(mode: str) -> Made:
    async def made(stack: AsyncExitStack, folder: Path, shops: Shops) -> World:
        qq = await stack.enter_async_context(TimelyQq())
        config = with_qq(folder, qq, mode=mode, **with_boss("qq", "0PENIDBOSS"))
        return QqWorld(shops(config), qq, mode)

    return made


def _onebot(mode: str, **how: Any) -> Made:
    async def made(stack: AsyncExitStack, folder: Path, shops: Shops) -> World:
        napcat = await stack.enter_async_context(TimelyNapcat(**how))
        config = with_onebot(folder, napcat, mode=mode, **with_boss("qq", str(NUMBERS["boss"])))
        return OnebotWorld(shops(config), napcat, mode)

    return made


class Place(NamedTuple):
    """A platform, and how it is connected; `only`: the stories that show that this connection is no other."""

    kind: type[World]
    made: Made
    only: tuple[str, ...] = ()


PLACES = {
    "sandbox": Place(SandboxWorld, _sandbox),
    "wechat_oa": Place(WechatWorld, _wechat(AES_KEY)),
    "wechat_oa-plaintext": Place(WechatWorld, _wechat(""), ("sale", "duplicate")),
    "wecom_kf": Place(WecomKfWorld, _wecom_kf),
    "qq_bot": Place(QqWorld, _qq("webhook")),
    "qq_bot-gateway": Place(QqWorld, _qq("websocket"), ("sale", "killed", "duplicate")),
    "onebot11": Place(OnebotWorld, _onebot("reverse_ws")),
    "onebot11-forward": Place(
        OnebotWorld,
        _onebot("forward_ws", post_format="string", echo_first=True),
        ("sale", "duplicate", "undo"),
    ),
}


@asynccontextmanager
async def opened(place: str, folder: Path, shops: Shops) -> AsyncIterator[World]:
    """A world whose shop runs."""
    async with AsyncExitStack() as stack:
        world = await PLACES[place].made(stack, folder, shops)
        await world.shop.open()
        stack.push_async_callback(world.shop.close)
        await world.attach()
        yield world
