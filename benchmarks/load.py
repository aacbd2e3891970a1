"""A load of its own process: many connections, each asking as soon as it was answered."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import aiohttp


async def press(
    url: str, make: Callable[[int], tuple[dict[str, str], bytes]], connections: int, seconds: float
) -> dict[str, Any]:
    """Requests a second and the 99th percentile of the answer time, after a warm-up of a fifth."""
    times: list[float] = []
    count = 0
    began = time.perf_counter()
    warm = began + seconds / 5
    end = warm + seconds

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal count
        while (start := time.perf_counter()) < end:
            query, body = make(count)
            count += 1
            async with session.post(url, params=query, data=body) as answer:
                text = await answer.read()
                if answer.status != 200 or not text:
                    raise RuntimeError(f"answer {answer.status}")
            if start >= warm:
                times.append(time.perf_counter() - start)

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(one(session) for _ in range(connections)))
    times.sort()
    return {
        "per_second": len(times) / seconds,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "answered": len(times),
    }


def oa_callbacks(token: str, app: str, people: int) -> Callable[[int], tuple[dict[str, str], bytes]]:
    """Signed plaintext messages as WeChat posts them, of so many people, each with its own MsgId."""
    # some are said all day, some only once
    texts = (
        "面霜多少钱",
        "包邮吗",
        "这个精华{0}岁敏感肌能用吗",
        "昨天{0}点拍的什么时候发货呀",
        "在吗",
        "防晒还有货吗，我要{0}支",
        "好的谢谢",
    )
    started = int(time.time() * 1000)
    numbers = itertools.count(1)

    def make(count: int) -> tuple[dict[str, str], bytes]:
        stamp, nonce = str(int(time.time())), str(next(numbers))
        signature = hashlib.sha1("".join(sorted((token, stamp, nonce))).encode()).hexdigest()
        text = texts[count % len(texts)].format(count)
        body = (
            f"<xml><ToUserName><![CDATA[{app}]]></ToUserName>"
            f"<FromUserName><![CDATA[p{count % people}]]></FromUserName><CreateTime>{stamp}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
            f"<MsgId>{started}{count:08}</MsgId></xml>"
        )
        return {"signature": signature, "timestamp": stamp, "nonce": nonce}, body.encode()

    return make


def main() -> None:
    """`python -m benchmarks.load URL TOKEN APP CONNECTIONS SECONDS PEOPLE` → figures as JSON."""
    url, token, app, connections, seconds, people = sys.argv[1:]
    make = oa_callbacks(token, app, int(people))
    figures = asyncio.run(press(url, make, int(connections), float(seconds)))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
