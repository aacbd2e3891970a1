"""The one line that the seller types for each step (`{n}`: the complaint's number)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.core.complaint import Step


class Lines(NamedTuple):
    """What to type if there is a draft to send, and if only the seller knows what to say."""

    drafted: str
    bare: str


LINES: Mapping[Step, Lines] = {
    Step.LISTEN: Lines(
        "我先听他说。不等了，现在就发这句打：投诉 {n} 道歉（要改就接着写：投诉 {n} 道歉 你的话）",
        "我先听他说。不等了打：投诉 {n} 道歉 你的话",
    ),
    Step.TALK: Lines(
        "发这句打：投诉 {n} 完成（要改就接着写；直接道歉打：投诉 {n} 道歉）",
        "打：投诉 {n} 完成 你的话（直接道歉打：投诉 {n} 道歉）",
    ),
    Step.APOLOGISE: Lines("发这句打：投诉 {n} 道歉（要改就接着写）", "打：投诉 {n} 道歉 你的话"),
    Step.ANALYSE: Lines("发这句打：投诉 {n} 原因（要改就接着写）", "打：投诉 {n} 原因 一句话"),
    Step.EXPLAIN: Lines("发这句打：投诉 {n} 解释（要改就接着写）", "打：投诉 {n} 解释 一句话"),
    Step.ACT: Lines(
        "打：投诉 {n} 方案 换货 明天",
        "打：投诉 {n} 方案 换货 明天（退货 退款 换货 补发 维修，接办好的日子）",
    ),
    Step.COMPENSATE: Lines("打：投诉 {n} 补偿 红包 10", "打：投诉 {n} 补偿 红包 10；不补偿打：投诉 {n} 完成"),
    Step.RESULT: Lines(
        "等他说。他跟你说过了就打：投诉 {n} 满意（或 不满意）",
        "等他说。他跟你说过了就打：投诉 {n} 满意（或 不满意）",
    ),
    Step.FOLLOW_UP: Lines(
        "到日子我来问。你问过了就打：投诉 {n} 满意（或 不满意）",
        "到日子我来问。你问过了就打：投诉 {n} 满意（或 不满意）",
    ),
}
"""By step."""
