"""Everything about one person, and nothing of others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from sqlmodel import SQLModel

from bot import persons
from bot.exporting import export_person
from storage.exporting.person import of_people
from tests.importing.shop import ORDERS, Shop
from tests.importing.talk import a_complaint
from tests.importing.test_merging import buyer

NAMES_SOMEBODY = {"customer_id", "contact_id", "order_id", "complaint_id", "external_id", "phone"}
ABOUT_NOBODY = {"sandbox_message"}
"""The sandbox's phones are the platform's own memory."""


def _of(shop: Shop, name: str, path: Path) -> int:
    return export_person(path, shop.settings, persons.one_person(shop.settings, name))


def test_all_there_is(shop: Shop, tmp_path: Path) -> None:
    a_complaint(shop)
    buyer(shop, "bob", name="李四", phone="13900000000")
    line = [
        "A1",
        "王姐",
        "13812345678",
        "面霜",
        "1",
        "129",
        "2026-05-23",
        "",
        "已发货",
        "圆通",
        "YT1234567890123",
    ]
    shop.take_rows([*ORDERS, "留言"], [*line, "送小样"])
    path = tmp_path / "a.json"
    count = _of(shop, "王姐", path)
    text = path.read_text("utf-8")
    found = json.loads(text)
    assert count == sum(map(len, found.values()))
    assert {
        "资料",
        "聊天账号",
        "来的消息",
        "发的消息",
        "订单",
        "订单商品",
        "包裹",
        "投诉",
        "消费情况",
    } <= found.keys()
    for words in ("王姐", "13812345678", "=瓶子碎了", "对不起", "A1", "YT1234567890123", "送小样", "alice"):
        assert words in text
    assert "李四" not in text and "13900000000" not in text
    assert _of(shop, "alice", tmp_path / "a.csv") == count
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, *rows = list(csv.reader(file))
    assert headers == ["类别", "第几条", "项目", "内容"]
    assert ["来的消息", "1", "text", "'=瓶子碎了"] in rows
    assert _of(shop, "#1", tmp_path / "a.xlsx") == count


def test_every_table_that_names_a_person_is_looked_through() -> None:
    """A new one hangs on something of theirs by a foreign key, or has no column that names anybody."""
    tables = SQLModel.metadata.sorted_tables
    reached = of_people(tables)
    others = [one for one in tables if one.name not in reached | ABOUT_NOBODY]
    assert others and not [one.name for one in others if NAMES_SOMEBODY & set(one.columns.keys())]


def test_after_erasing_the_orders_stay_and_the_person_is_gone(shop: Shop, tmp_path: Path) -> None:
    a_complaint(shop)
    line = [
        "A1",
        "王姐",
        "13812345678",
        "面霜",
        "1",
        "129",
        "2026-05-23",
        "",
        "已发货",
        "圆通",
        "YT1234567890123",
    ]
    shop.take_rows([*ORDERS, "留言"], [*line, "送小样给王姐"])
    shop.take_rows(["姓名", "电话", "生日地"], ["王丽", "13812345678", "乌镇"])
    persons.erase(shop.settings, persons.one_person(shop.settings, "王姐"))
    kept = repr(shop.everything())
    for words in ("王姐", "王丽", "13812345678", "瓶子碎了", "送小样", "乌镇", "爱砍价"):
        assert words not in kept, words
    assert "A1" in kept
