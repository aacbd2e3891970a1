"""What a callback answers when the program itself is too slow."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiohttp import web

from bot.core.events import BuyerMessage
from bot.engine import Engine
from bot.web import callbacks
from tests.bench import NINE


class Thinking:
    """An engine that never comes to an end."""

    async def submit(self, event: Any) -> None:
        await asyncio.Event().wait()


async def test_what_takes_too_long_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """503 is an answer in time: WeChat asks again, and what is stored by then is answered from its row."""
    monkeypatch.setattr(callbacks, "DEADLINE", 0)
    event = BuyerMessage("oa", "a", "m1", NINE, text="在吗")
    with pytest.raises(web.HTTPServiceUnavailable):
        await callbacks._within_deadline(cast(Engine, Thinking()), event)
