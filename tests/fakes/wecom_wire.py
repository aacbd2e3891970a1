"""What WeCom accepts as a message, and how a phone shows it (CHANNELS §2.3)."""

from __future__ import annotations

from typing import Any

from tests.fakes.faults import Refusal


def shown(asked: dict[str, Any]) -> str:
    """What the phone shows; a menu's items in square brackets."""
    kind = asked.get("msgtype")
    if kind == "text" and isinstance(asked.get("text"), dict):
        content = asked["text"].get("content")
        if (
            isinstance(content, str)
            and 0 < len(content.encode()) <= 2048
            and set(asked["text"]) == {"content"}
        ):
            return content
    if kind == "msgmenu" and isinstance(asked.get("msgmenu"), dict):
        return _menu(asked["msgmenu"])
    raise Refusal(40058, "invalid Request Parameter")


def _menu(menu: dict[str, Any]) -> str:
    head, tail, items = menu.get("head_content", ""), menu.get("tail_content", ""), menu.get("list", [])
    if set(menu) - {"head_content", "list", "tail_content"} or not isinstance(items, list) or len(items) > 10:
        raise Refusal(40058, "invalid menu")
    if any(not isinstance(t, str) or len(t.encode()) > 1024 for t in (head, tail)):
        raise Refusal(40058, "invalid menu")
    for item in items:
        click = item.get("click", {})
        sizes = (len(str(click.get("id", "")).encode()), len(str(click.get("content", "")).encode()))
        if item.get("type") != "click" or not 0 < sizes[0] <= 64 or not 0 < sizes[1] <= 128:
            raise Refusal(40058, "invalid menu item")
    return head + "".join(f"[{item['click']['content']}]" for item in items) + tail
