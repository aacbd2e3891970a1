"""The fake NapCat against an independent bot, NoneBot2 with its OneBot adapter (CHANNELS §7).

Needs a Python with nonebot2[fastapi,websockets] and nonebot-adapter-onebot: this one, or $NONEBOT_PYTHON.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from tests.channels.onebot11_bench import ALICE, TOKEN
from tests.fakes import onebot_wire as wire
from tests.fakes.onebot import FakeNapcat


def _with_nonebot() -> str:
    """The Python to start NoneBot with; empty if there is none."""
    here = importlib.util.find_spec("nonebot") and importlib.util.find_spec("nonebot.adapters.onebot")
    return os.environ.get("NONEBOT_PYTHON") or (sys.executable if here else "")


PYTHON = _with_nonebot()
WHY = "no NoneBot: pip install nonebot2[fastapi,websockets] nonebot-adapter-onebot, or set NONEBOT_PYTHON"
pytestmark = pytest.mark.skipif(not PYTHON, reason=WHY)

BOT = """
import sys
import nonebot
from nonebot import on_message, on_request, on_notice
from nonebot.adapters.onebot.v11 import Adapter, FriendRequestEvent, FriendRecallNoticeEvent, PrivateMessageEvent

url, port = sys.argv[1], int(sys.argv[2])
nonebot.init(
    driver="~fastapi+~websockets",
    host="127.0.0.1", port=port, log_level="WARNING",
    onebot_access_token=sys.argv[3], onebot_ws_urls=[url] if url else [],
)
nonebot.get_driver().register_adapter(Adapter)
message, request, notice = on_message(), on_request(), on_notice()

@message.handle()
async def _(bot, event: PrivateMessageEvent):
    kinds = "+".join(s.type for s in event.message)
    await bot.send(event, f"{event.sender.nickname}：{event.message.extract_plain_text()}（{kinds}）")

@request.handle()
async def _(bot, event: FriendRequestEvent):
    await event.approve(bot)
    await bot.send_private_msg(user_id=event.user_id, message="你好[CQ:face,id=14]", auto_escape=True)

@notice.handle()
async def _(bot, event: FriendRecallNoticeEvent):
    await bot.send_private_msg(user_id=event.user_id, message="撤回了")

nonebot.run()
"""


@asynccontextmanager
async def a_nonebot(folder: Path, url: str = "", token: str = TOKEN) -> AsyncIterator[str]:
    """NoneBot as a process of its own; where its reverse WebSocket is."""
    script, port = folder / "bot.py", unused_port()
    script.write_text(BOT, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(PYTHON, str(script), url, str(port), token, cwd=folder)
    try:
        yield f"ws://127.0.0.1:{port}/onebot/v11/ws"
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def a_napcat(**how: bool | str) -> AsyncIterator[FakeNapcat]:
    async with FakeNapcat(now=lambda: datetime.now(UTC), **how) as napcat:  # type: ignore[arg-type]
        yield napcat


async def connected(napcat: FakeNapcat, url: str) -> None:
    """As soon as the process listens."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await napcat.connect(url)
            except (aiohttp.ClientConnectorError, TimeoutError):
                pass


async def shown(napcat: FakeNapcat, texts: list[str]) -> None:
    await napcat.changes.until(lambda: napcat.phones[ALICE] == texts)


async def converse(napcat: FakeNapcat) -> None:
    """Messages of every format, a request and a recall, as NoneBot understands them."""
    event = await napcat.say(ALICE, wire.image("碎了.jpg"), "你看 [这里], &")
    first = f"网名{ALICE}：你看 [这里], &（image+text）"
    await shown(napcat, [first])
    await napcat.ask_to_be_friend(ALICE, "我想买东西")
    await shown(napcat, [first, "你好[CQ:face,id=14]"])
    at = napcat.now()
    recall = wire.notice(napcat.self_id, ALICE, at, "friend_recall", message_id=event["message_id"])
    await napcat.beat(30_000)
    await napcat.push(recall)
    await shown(napcat, [first, "你好[CQ:face,id=14]", "撤回了"])
    assert not napcat.json_faults


@pytest.mark.parametrize("post_format", ["array", "string"])
async def test_reverse(tmp_path: Path, post_format: str) -> None:
    async with a_nonebot(tmp_path) as url, a_napcat(post_format=post_format) as napcat:
        await connected(napcat, url)
        await converse(napcat)


async def test_forward(tmp_path: Path) -> None:
    async with a_napcat() as napcat, a_nonebot(tmp_path, napcat.url):
        async with asyncio.timeout(60):
            await napcat.connected.wait()
        await converse(napcat)


async def test_a_wrong_token_is_refused_by_both(tmp_path: Path) -> None:
    async with a_napcat() as napcat, a_nonebot(tmp_path, napcat.url, token="another") as url:
        await napcat.changes.until(lambda: bool(napcat.refused_tokens), within=60)
        assert not napcat.connections
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await connected(napcat, url)
