"""Tokenising, reading and tagging in one thread, beside plain `jieba.cut` of the same messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jieba

from bot.configuration import load
from handlers.tag_rules import TagRules
from handlers.understanding import Reader

BATCH = 200
ROUNDS = 15
MESSAGES = (
    "面霜多少钱",
    "包邮吗",
    "这个精华敏感肌能用吗",
    "什么时候发货呀",
    "在吗",
    "防晒还有货吗，我要两支",
    "好的谢谢",
    "昨天买的今天怎么还没发货",
    "收到了，瓶子碎了一个，怎么办",
    "我的快递到哪了",
    "皮肤比较干，冬天用哪个合适",
    "尺码拍错了能换吗",
    "之前那瓶用完了，再来一瓶一样的",
    "发票抬头改一下，开公司的",
    "别再给我发这些了",
    "送妈妈的，有没有礼盒",
    "转人工",
    "味道挺好闻的，就是有点贵，能便宜点吗",
    "孩子用了脸上起红疹，你们这个到底安不安全啊",
    "嗯",
)


def measure(config: Path) -> dict[str, dict[str, Any]]:
    """Messages a second, the best of several rounds, and the ratio to plain jieba in the same run."""
    settings = load(config, {})
    reader = Reader(settings)
    reader.warm()
    rules = TagRules(settings.tags, reader.lexicon.cutter)
    jieba.lcut("热身")
    rounds = iter(range(ROUNDS))
    everyday = [MESSAGES[n % len(MESSAGES)] for n in range(BATCH)]
    batch: list[str] = []

    def read_all() -> None:
        said = next(rounds)  # every message new, so that nothing is remembered
        batch[:] = [f"{text} {said}{n}" for n, text in enumerate(everyday)]
        for text in batch:
            rules.matched(reader.read(text))

    def cut_all() -> None:
        for text in batch:
            jieba.lcut(text)

    ours, plain = _best(read_all), _best(cut_all)
    return {
        "reading": {
            "value": round(BATCH / ours),
            "unit": "messages/s",
            "ratio_to_bare": round(plain / ours, 3),
            "bare": round(BATCH / plain),
            "batch": BATCH,
        }
    }


def _best(work: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)
