"""What is exported and imported again changes nothing; the seller's own columns keep their order."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.customer import OrderItem, Parcel, TagSource
from bot.core.effects import AddTag, KeepOrder
from storage.rows import OrderItemRow
from storage.sheets import SheetFault, SheetKind
from tests.importing.shop import CUSTOMERS, ORDERS, Shop
from tests.importing.talk import a_complaint
from tests.importing.test_merging import NOW, buyer, counts, write

NASTY = (
    "=1+1",
    "+86",
    "-5",
    "@sum",
    "'单引号",
    '引"号",逗号',
    "第一行\n第二行",
    "00012",
    "1930679858170647",
    "1E5",
    "  两头 空格  ",
    "半；分；号",
    "**小仙女**",
    "_x000D_",
    "😀",
    "\t制表",
)
FORMS = ["xlsx", "csv"]


def _nasty_people(shop: Shop) -> None:
    for n, text in enumerate(NASTY):
        fields = {"name": f"客{n}", "nickname": text, "phone": f"138{n:08}", "address": text, "note": text}
        one = buyer(shop, f"id{n}", **fields)
        write(shop, AddTag(one, text, TagSource.BOT))
    buyer(shop, "只有编号")
    buyer(shop, "生日", name="寿星", birthday="农历八月十五", stopped_at=NOW, opted_out_at=NOW)
    buyer(shop, "同名一", name="张伟")
    buyer(shop, "同名二", name="张伟")
    headers = ["姓名", "地址", "=公式列", "备注", "备注", "来源", "编号", "", "肤质"]
    shop.take_rows(headers, *([f"表{n}", "", t, t, t, t, t, t, t] for n, t in enumerate(NASTY)))


@pytest.mark.parametrize("form", FORMS)
def test_customers(shop: Shop, tmp_path: Path, form: str) -> None:
    _nasty_people(shop)
    before = shop.everything()
    path = tmp_path / f"客户.{form}"
    count = shop.give(path, SheetKind.CUSTOMERS)
    assert count == len(shop.customers())
    trial = shop.take(path, dry_run=True)
    assert (trial.created, trial.merged) == (0, 0), trial
    assert counts(shop.take(path)) == (0, 0, count - len(trial.rejected))
    assert shop.everything() == before
    shop.give(tmp_path / f"again.{form}", SheetKind.CUSTOMERS)
    if form == "csv":
        assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


def test_a_new_shop_gets_what_the_old_one_had(shop: Shop, tmp_path: Path, sqlite_template: Path) -> None:
    row = [
        "王姐",
        "小王",
        "13812345678",
        "杭州",
        "03-05",
        "抖音",
        "d1",
        "老客 敏感肌",
        "",
        "老客户",
        "怕痒",
        "干皮",
    ]
    shop.take_rows([*CUSTOMERS, "肤质"], row)
    shop.give(tmp_path / "a.xlsx", SheetKind.CUSTOMERS)
    other = Shop(shop.settings, f"sqlite:///{_copied(sqlite_template, tmp_path)}", tmp_path)
    other.take(tmp_path / "a.xlsx")
    other.give(tmp_path / "b.csv", SheetKind.CUSTOMERS)
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, first = list(csv.reader(file))
    cells = dict(zip(headers, first, strict=True))
    assert [cells[h] for h in [*CUSTOMERS, "肤质"]] == row
    assert headers[: len(CUSTOMERS)] == CUSTOMERS


def _nasty_orders(shop: Shop) -> None:
    for n, text in enumerate(NASTY):
        one = buyer(shop, f"id{n}", name=text, phone=f"138{n:08}")
        items = tuple(OrderItem(f"{text}{k}", k + 1, Decimal("9.9")) for k in range(n % 3))
        parcels = tuple(Parcel(0, c, f"{c}{n:010}", NOW) for c in ("圆通", "顺丰", "圆通2")[: n % 4])
        fields = {
            "status": ("created", "paid", "shipped", "signed", "refunded", "cancelled")[n % 6],
            "total": Decimal(n),
            "created_at": datetime(2026, 5, 1, 2, 3, 4, 567, tzinfo=UTC),
            "paid_at": NOW if n % 2 else None,
            "items_said": 3,
            "total_said": 3,
        }
        write(shop, KeepOrder(f"API-{n}", one, fields, items, parcels))
    headers = [*ORDERS, "行", "买家留言", "姓名"]
    shop.take_rows(
        headers,
        *(
            [f"F{n}", "表里的人", "13700000000", "面霜", "1", "5", "2026-05-01", "", "", "", "", t, t, t]
            for n, t in enumerate(NASTY)
        ),
    )


@pytest.mark.parametrize("form", FORMS)
def test_orders(shop: Shop, tmp_path: Path, form: str) -> None:
    _nasty_orders(shop)
    before = shop.everything()
    path = tmp_path / f"订单.{form}"
    count = shop.give(path, SheetKind.ORDERS)
    result = shop.take(path)
    assert (result.created, result.merged, result.unchanged) == (0, 0, count - len(result.rejected)), result
    assert not result.rejected
    assert shop.everything() == before


def test_orders_in_a_new_shop(shop: Shop, tmp_path: Path, sqlite_template: Path) -> None:
    one = buyer(shop, "alice", name="王姐", phone="13812345678")
    items = (
        OrderItem("面霜", 2, Decimal(60)),
        OrderItem("面霜", 2, Decimal(60)),
        OrderItem("水", 1, Decimal(60)),
    )
    parcels = (Parcel(0, "圆通", "YT12345678", NOW), Parcel(0, "顺丰", "SF12345678", NOW))
    fields = {"status": "shipped", "total": Decimal(200), "paid_at": NOW, "shipped_at": NOW}
    write(shop, KeepOrder("A1", one, fields, items, parcels))
    assert shop.give(tmp_path / "a.csv", SheetKind.ORDERS) == 3
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *lines = list(csv.reader(file))
    assert [line[5] for line in lines] == ["200.00", "", ""]
    other = Shop(shop.settings, f"sqlite:///{_copied(sqlite_template, tmp_path)}", tmp_path)
    assert counts(other.take(tmp_path / "a.csv")) == (1, 2, 0)
    assert [(i["quantity"], str(i["price"])) for i in other.rows(OrderItemRow)][:2] == [(2, "60.00")] * 2
    (order,) = other.orders()
    assert (str(order["total"]), order["shipped_at"]) == ("200.00", NOW)


def _copied(template: Path, folder: Path) -> Path:
    path = folder / "other.db"
    path.write_bytes(template.read_bytes())
    return path


def test_what_went_back_in_a_new_shop(small_shop: Shop, tmp_path: Path, sqlite_template: Path) -> None:
    row = ["1", "王姐", "13812345678", "面霜", "1", "198", "2026-05-01", "", "已签收", "", ""]
    small_shop.take_rows(["退款金额", *ORDERS], ["99", *row])
    small_shop.give(tmp_path / "a.xlsx", SheetKind.ORDERS)
    other = Shop(small_shop.settings, f"sqlite:///{_copied(sqlite_template, tmp_path)}", tmp_path)
    other.take(tmp_path / "a.xlsx")
    assert [one["refunded"] for one in other.orders()] == [99]
    assert other.take(tmp_path / "a.xlsx").unchanged == 1


def test_own_columns_keep_their_order(small_shop: Shop, tmp_path: Path) -> None:
    small_shop.take_rows(["乙", "姓名", "甲", "电话"], ["2", "王姐", "1", "13812345678"])
    small_shop.take_rows(["电话", "丙", "甲", "姓名"], ["13900000000", "3", "1", "李四"])
    small_shop.give(tmp_path / "a.csv", SheetKind.CUSTOMERS)
    head = (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert head[:11] == CUSTOMERS and head[-3:] == ["乙", "甲", "丙"]


def test_columns_that_are_named_as_ours(small_shop: Shop, tmp_path: Path) -> None:
    rows = ["王姐", "13812345678", "一", "二", "三"]
    small_shop.take_rows(["姓名", "电话", "备注", "备注", "订单数（自动）"], rows)
    (one,) = small_shop.customers()
    assert (one["note"], one["extra"]) == ("一", '{"备注 (2)":"二"}')


def test_complaints_and_messages(shop: Shop, tmp_path: Path) -> None:
    a_complaint(shop)
    assert shop.give(tmp_path / "投诉.csv", SheetKind.COMPLAINTS) == 1
    with (tmp_path / "投诉.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, row = list(csv.reader(file))
    assert ",".join(headers) == "编号,客户,订单号,商品,内容,步骤,开始时间,期限,结果"
    assert row[:6] == ["1", "王姐", "A1", "玫瑰面霜", "瓶子碎了", "倾听"]
    assert row[6].startswith("2026-11-01 08:00") and row[8] == ""
    count = shop.give(tmp_path / "消息.csv", SheetKind.MESSAGES)
    with (tmp_path / "消息.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, *rows = list(csv.reader(file))
    assert ",".join(headers) == "时间,账号,渠道ID,客户,方向,类型,内容,状态,消息ID"
    assert count == len(rows) == 2
    assert rows[0] == [
        "2026-11-01 08:00:00",
        "sandbox",
        "alice",
        "王姐",
        "收",
        "text",
        "'=瓶子碎了",
        "",
        "m1",
    ]
    assert rows[1][4:8] == ["发", "reply", "对不起", "planned"]


def test_the_database_is_as_it_was_where_a_file_cannot_be_written(small_shop: Shop, tmp_path: Path) -> None:
    _nasty_people(small_shop)
    for path in (tmp_path / "a.pdf", tmp_path / "nowhere" / "a.csv"):
        with pytest.raises(SheetFault):
            small_shop.give(path, SheetKind.CUSTOMERS)
