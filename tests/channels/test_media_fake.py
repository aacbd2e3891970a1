"""The fakes' temporary media are as strict as the platforms (CHANNELS §1.11, §2.4)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.core.delivery import PICTURE
from tests.channels.wechat_oa_shop import OPENID, Bench, a_bench, a_text, advance
from tests.fakes.media import MEGABYTE, UPLOAD
from tests.fakes.pictures import a_png
from tests.fakes.wechat import CUSTOM_SEND

PNG = a_png(5000)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as bench:
        bench.wechat.follow(OPENID).message.open(bench.wechat.now())
        yield bench


async def _post(bench: Bench, path: str, body: Any, **query: str) -> dict[str, Any]:
    async with bench.http.post(bench.wechat.api_base + path, data=body, params=query) as response:
        assert response.status == 200
        return dict(json.loads(await response.read()))


def _form(content: bytes = PNG, field: str = "media", name: str = "a.png") -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field(field, BytesIO(content), filename=name, content_type="image/png")
    return form


async def test_uploads_are_strict(bench: Bench) -> None:
    await bench.client().send(a_text("x"))
    token = {"access_token": bench.tokens.rows["oa"][0], "type": "image"}
    wrong: list[tuple[Any, dict[str, str], int]] = [
        (_form(), {"type": "image"}, 41001),
        (_form(), {**token, "access_token": "x"}, 40001),
        (_form(), {"access_token": token["access_token"]}, 40004),
        (_form(), {**token, "type": "voice"}, 40004),
        (_form(field="file"), token, 41005),
        (_form(name="a.exe"), token, 41005),
        (PNG, token, 41005),
        (b"", token, 41005),
        (_form(PNG[:5]), token, 40006),
        (_form(a_png(2 * MEGABYTE + 1)), token, 40006),
        (_form(b"<html>" + PNG), token, 40005),
    ]
    for body, query, code in wrong:
        assert (await _post(bench, UPLOAD, body, **query))["errcode"] == code
    taken = await _post(bench, UPLOAD, _form(), **token)
    assert (set(taken), taken["type"]) == ({"type", "media_id", "created_at"}, "image")


async def test_pictures_are_kept_for_three_days(bench: Bench) -> None:
    bench.wechat.inject(CUSTOM_SEND, -1)
    await bench.client().send(replace(a_text(PICTURE), picture=PNG))
    (image,) = [asked["image"] for path, asked in bench.wechat.calls if path == CUSTOM_SEND]
    assert bench.wechat.media.shown(image) == PNG
    message = json.dumps({"touser": OPENID, "msgtype": "image", "image": image}).encode()
    for days, code in ((2, 0), (4, 40007)):
        advance(bench.clock, timedelta(days=days))
        bench.wechat.users[OPENID].message.open(bench.wechat.now())
        await bench.client().send(a_text("x"))
        token = bench.tokens.rows["oa"][0]
        assert (await _post(bench, CUSTOM_SEND, message, access_token=token))["errcode"] == code
