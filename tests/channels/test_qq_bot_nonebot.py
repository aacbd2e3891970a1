"""The fake QQ against a client that is not ours: NoneBot2 with its QQ adapter, by gateway and by webhook.

Runs where the adapter is installed, or $HUITOUKE_NONEBOT_QQ names the Python of an environment that has it:
python -m venv E && E/bin/pip install nonebot2[fastapi,httpx,websockets] nonebot-adapter-qq
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port

from tests.fakes.qq import FakeQq

PROGRAM = Path(__file__).parent.parent / "fakes" / "nonebot_qq.py"


def python() -> str:
    if named := os.environ.get("HUITOUKE_NONEBOT_QQ"):
        return named
    with suppress(ModuleNotFoundError):
        if importlib.util.find_spec("nonebot.adapters.qq"):
            return sys.executable
    pytest.skip("nonebot-adapter-qq is not installed (see the head of this file)")


@asynccontextmanager
async def nonebot(qq: FakeQq, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        python(),
        "-P",  # a module beside the program is called platform
        str(PROGRAM),
        qq.api_base,
        qq.app_id,
        qq.app_secret,
        str(port),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def shown(qq: FakeQq, chat: str, count: int) -> list[str]:
    await qq.changes.until(lambda: len(qq.phones[chat]) >= count)
    return list(qq.phones[chat])


async def said(process: asyncio.subprocess.Process, words: bytes) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while words not in await process.stdout.readline():
            pass


@pytest.fixture
async def qq() -> AsyncIterator[FakeQq]:
    python()
    async with FakeQq(now=lambda: datetime.now(UTC)) as qq:
        yield qq


async def test_by_gateway(qq: FakeQq) -> None:
    qq.gateway.interval = 200
    async with nonebot(qq, 0) as process:
        await qq.gateway.until(lambda: bool(qq.gateway.live), within=30)
        await qq.says("0PENIDANN", "在吗", author={"username": "安安"})
        assert await shown(qq, "0PENIDANN", 2) == ["收到：在吗", "第二句"]
        await qq.says_in_group("GR0UP1", "MEMBER1", "面霜多少钱")
        assert await shown(qq, "GR0UP1", 2) == ["收到：面霜多少钱", "第二句"]
        await qq.does("0PENIDBEN", "FRIEND_ADD")
        await said(process, b"0PENIDBEN")
        await qq.gateway.until(lambda: any(h["op"] == 1 for h in qq.gateway.heard))
        await qq.gateway.tell({"op": 7})
        await qq.gateway.until(lambda: any(h["op"] == 6 for h in qq.gateway.heard), within=30)


async def test_by_webhook(qq: FakeQq) -> None:
    port = unused_port()
    async with nonebot(qq, port) as process:
        qq.callback_url = f"http://127.0.0.1:{port}/qq/webhook"
        await said(process, b"started")  # it listens a moment later
        async with asyncio.timeout(30):
            while (await qq.post(b"{}"))[0] is None:
                pass
        assert await qq.validate_url()
        pushed = await qq.says("0PENIDANN", "在吗")
        assert pushed.status == 200
        assert await shown(qq, "0PENIDANN", 2) == ["收到：在吗", "第二句"]
        status, _ = await qq.post(b'{"op":0}', {"X-Bot-Appid": qq.app_id})
        assert status is not None and status >= 400
