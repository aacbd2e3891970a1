"""docs/channels.md says what the program does: the table of abilities, and tests that exist.

`python -m tests.test_channels_document` prints the table.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from bot.channels.ilink.channel import capability_of as ilink
from bot.channels.onebot11.errors import capability_of as onebot11
from bot.channels.qq_bot.client import capability_of as qq_bot
from bot.channels.wechat_oa.client import capability_of as wechat_oa
from bot.channels.wecom_kf.client import capability_of as wecom_kf
from bot.core.accounts import (
    Account,
    IlinkAccount,
    OnebotAccount,
    QqBotAccount,
    WechatOaAccount,
    WecomKfAccount,
)
from bot.core.delivery import Capability, Window

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
DOCUMENT = DOCS / "channels.md"
GUIDES = sorted(DOCS.glob("channel-*.md"))
SECRETS = {"token": "t", "secret": "s", "app_secret": "s", "access_token": "t"}
OA = SECRETS | {"id": "a", "channel": "wechat_oa", "original_id": "gh_1", "app_id": "wx1"}
KF = SECRETS | {"id": "a", "channel": "wecom_kf", "corp_id": "ww1", "open_kfid": "wk1"}


def _only(model: type[WechatOaAccount | WecomKfAccount], told: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name in model.model_fields}


def capabilities() -> dict[str, Capability]:
    """What each kind of account can do as it comes, by the head of its column."""
    oa = WechatOaAccount.model_validate(_only(WechatOaAccount, OA | {"templates": {"shipping": "T"}}))
    return {
        "公众号，认证的服务号": wechat_oa(oa),
        "公众号，没认证": wechat_oa(oa.model_copy(update={"verified": False})),
        "微信客服": wecom_kf(
            WecomKfAccount.model_validate(_only(WecomKfAccount, KF | {"encoding_aes_key": "a" * 43}))
        ),
        "QQ 机器人": qq_bot(QqBotAccount(id="a", channel="qq_bot", app_id="1", app_secret="s")),
        "个人 QQ": onebot11(OnebotAccount(id="a", channel="onebot11", self_id=1, access_token="t")),
        "自己的微信（iLink）": ilink(IlinkAccount(id="a", channel="ilink")),
    }


def _span(lasts: timedelta) -> str:
    seconds = lasts.total_seconds()
    for unit, name in ((3600, "小时"), (60, "分钟")):
        if seconds >= unit:
            whole, rest = divmod(seconds, unit)
            return f"{whole:.0f} {name}" + (f" {rest:.0f} 秒" if rest and unit == 60 else "")
    return f"{seconds:.0f} 秒"


def _window(window: Window | None) -> str:
    return f"{_span(window.lasts)}内 {window.count} 条" if window else "不限"


def _of_its_own(one: Capability) -> str:
    if not one.api:
        return "不能，只能在回话里带"
    if one.message_window is None:
        return "能"
    return "窗口外可以试（平台多半不收）" if one.proactive else "窗口里能"


def _picture(most: int) -> str:
    return f"能，最大 {round(most / 1_000_000, 1):g} MB" if most else "不能"


ROWS: dict[str, Callable[[Capability], str]] = {
    "主动发消息": _of_its_own,
    "对方每说一句，之后能发": lambda one: _window(one.message_window) if one.api else "当场 1 条",
    "关注、点菜单、扫码、点进来之后": lambda one: (
        "当场 1 条" if not one.api else _window(one.touch_window) if one.touch_window else "—"
    ),
    "先开口：可以发给谁": lambda one: "好友" if one.message_window is None else "没人，要对方先来",
    "窗口外的发货通知": lambda one: (
        "模板消息" if one.templates else "能" if one.message_window is None else "不能，等他来消息"
    ),
    "一条最长": lambda one: f"{one.text_bytes} 字节，约 {one.text_bytes // 3} 字",
    "发到一半断了": lambda one: "再发一次，平台认得出" if one.idempotent else "不再发，问你送到没有",
    "机器人发图片（报表的图）": lambda one: _picture(one.picture_bytes),
    "群里": lambda one: f"只答被 @ 的，{_window(one.room.window)}，不说私事" if one.room else "不说话",
    "同一个人两条之间至少": lambda one: f"{one.pace.per_person:g} 秒",
}


def table() -> str:
    """What each can do, as Markdown."""
    found = capabilities()
    lines = [f"| | {' | '.join(found)} |", "|---" * (len(found) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(say(one) for one in found.values())} |" for name, say in ROWS.items()]
    return "\n".join(lines)


def test_the_table_is_what_the_program_goes_by() -> None:
    assert table() in DOCUMENT.read_text("utf-8"), "python -m tests.test_channels_document"


def test_every_ability_has_its_row() -> None:
    """A new field of Capability wants a row, a new channel a column."""
    shown = "passive api message_window touch_window text_bytes picture_bytes idempotent proactive room templates pace"
    behind = {"answers"}  # how a message is addressed; nothing that a seller notices
    assert {f.name for f in fields(Capability)} == set(shown.split()) | behind
    channels = {get_args(m.model_fields["channel"].annotation)[0] for m in get_args(get_args(Account)[0])}
    text = DOCUMENT.read_text("utf-8")
    assert {name for name in channels if f"`{name}`" not in text} == set()


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(n.name for n in tree.body if isinstance(n, functions) and n.name.startswith("test_"))


@pytest.mark.parametrize("document", [DOCUMENT, *GUIDES], ids=lambda path: path.stem)
def test_every_test_that_is_named_exists(document: Path) -> None:
    known: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        known.setdefault(path.name, set()).update(_tests_in(path))
    named = re.findall(r"`(test_\w+\.py)::(\w+)`", document.read_text("utf-8"))
    assert [f"{file}::{test}" for file, test in named if test not in known.get(file, ())] == []
    assert named or document != DOCUMENT


def test_every_line_of_the_checklist_names_a_test() -> None:
    checklist = DOCUMENT.read_text("utf-8").partition("## The checklist")[2]
    rows = [
        row for row in re.findall(r"^\| (.+) \| (.+) \|$", checklist, re.M) if not row[0].startswith("case")
    ]
    assert len(rows) > 60
    assert [case for case, shown in rows if "::" not in shown and "not applicable" not in shown] == []


@pytest.mark.parametrize("document", [DOCUMENT, *GUIDES], ids=lambda path: path.stem)
def test_every_link_and_path_leads_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    paths = re.findall(r"`((?:bot|docs|tests)/[\w/.]+)`", text)
    assert [link for link in links if not (DOCS / link).exists()] == []
    assert [path for path in paths if not (DOCS.parent / path).exists()] == []


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
