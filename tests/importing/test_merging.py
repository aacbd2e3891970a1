"""Who is who: rows find the people they are about, fill in what is missing, and overwrite nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.core.customer import TagSource
from bot.core.effects import AddTag, KeepOrder, MergeCustomers, OpenConsultation
from storage.db import Database
from storage.load import ensure_contacts
from storage.rows import (
    ConsultationRow,
    ContactRow,
    CustomerRow,
    IdentityRow,
    OrderItemRow,
    ParcelRow,
    TagRow,
)
from storage.sheets import SheetKind
from storage.writers import Origin, Surroundings, write_effects
from tests.commands.conftest import Counter
from tests.importing.shop import CUSTOMERS, ORDERS, Shop

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def buyer(shop: Shop, external_id: str, **fields: Any) -> int:
    """Somebody who has written to the sandbox account."""
    with shop.connection() as connection:
        made = ensure_contacts(connection, [("sandbox", external_id)], [], NOW)
        id_ = made["sandbox", external_id].customer_id
        assert id_ is not None
        if fields:
            connection.execute(update(CustomerRow).where(col(CustomerRow.id) == id_).values(fields))
    return id_


def write(shop: Shop, *effects: Any) -> None:
    with shop.connection() as connection:
        write_effects(connection, [(Origin(NOW, None, Surroundings()), effect) for effect in effects])


def counts(result: Any) -> tuple[int, int, int]:
    return result.created, result.merged, result.unchanged


KNOWN = {"name": "王姐", "nickname": "小王", "phone": "13812345678", "address": "杭州 文三路1号"}


@pytest.mark.parametrize(
    ("headers", "row", "same"),
    [
        (("渠道", "渠道ID", "姓名"), ("sandbox", "alice", "阿丽"), True),
        (("姓名", "电话"), ("别的名字", "138 1234 5678"), True),
        (("姓名", "电话"), ("王姐", "13999999999"), False),
        (("姓名", "地址"), ("王姐", "杭州 文三路1号"), True),
        (("姓名", "地址"), ("王姐", "杭州 文三路2号"), False),
        (("姓名",), ("王姐",), False),
        (("昵称", "地址"), ("小王", "宁波"), True),
        (("昵称", "电话"), ("小王", "13999999999"), False),
        (("买家会员名", "电话"), ("小王", "13999999999"), False),
        (("买家会员名", "收货人姓名", "电话"), ("旺旺8", "王姐", "13812345678"), True),
        (("姓名", "编号（自动）"), ("王姐", "#1"), True),
        (("姓名", "编号（自动）"), ("李四", "#1"), False),
    ],
)
def test_whose_row_it_is(
    small_shop: Shop, headers: tuple[str, ...], row: tuple[str, ...], same: bool
) -> None:
    assert buyer(small_shop, "alice", **KNOWN) == 1
    result = small_shop.take_rows(headers, row, kind=SheetKind.CUSTOMERS)
    assert result.created == (0 if same else 1), result
    assert len(small_shop.customers()) == (1 if same else 2)
    again = small_shop.take_rows(headers, row, kind=SheetKind.CUSTOMERS)
    assert counts(again) == (0, 0, 1)


def test_nothing_that_was_said_is_overwritten(shop: Shop) -> None:
    one = buyer(shop, "alice", name="王姐", phone="13812345678", note="怕痒", birthday="03-05")
    write(shop, AddTag(one, "敏感肌", TagSource.BOT, "原话"))
    row = [
        "王丽",
        "丽丽",
        "13812345678",
        "杭州",
        "1990-03-05",
        "sandbox",
        "alice",
        "敏感肌 老客",
        "金卡",
        "忠诚客户",
        "爱砍价",
    ]
    result = shop.take_rows([*CUSTOMERS, "肤质"], [*row, "干皮"])
    assert counts(result) == (0, 1, 0)
    (found,) = shop.customers()
    assert (found["name"], found["nickname"], found["address"]) == ("王姐", "丽丽", "杭州")
    assert found["birthday"] == "1990-03-05"
    assert found["note"] == "怕痒\n爱砍价"
    assert found["stage"] == "忠诚客户"
    assert found["extra"] == '{"等级 (2)":"金卡","肤质":"干皮"}'
    assert [(t["name"], t["source"]) for t in shop.rows(TagRow)] == [("敏感肌", "bot"), ("老客", "seller")]
    assert [(i["kind"], i["value"]) for i in shop.rows(IdentityRow)] == [("name", "王丽")]
    assert any("金卡" in note.text for note in result.notes)
    before = shop.everything()
    assert counts(shop.take_rows([*CUSTOMERS, "肤质"], [*row, "干皮"])) == (0, 0, 1)
    assert shop.everything() == before


def test_the_sellers_own_columns_follow_the_file(small_shop: Shop) -> None:
    headers = ["姓名", "电话", "肤质", "上次说的"]
    small_shop.take_rows(headers, ["王姐", "13812345678", "干皮", "要小样"])
    assert counts(small_shop.take_rows(headers, ["王姐", "13812345678", "油皮", ""])) == (0, 1, 0)
    assert small_shop.customers()[0]["extra"] == '{"肤质":"油皮","上次说的":"要小样"}'


def test_the_same_person_in_several_rows(shop: Shop) -> None:
    rows = [
        ["王姐", "13812345678", "杭州", "A"],
        ["王姐", "13812345678", "杭州", "A"],
        ["王丽", "13812345678", "宁波", "B"],
        ["李四", "", "宁波", ""],
        ["李四", "", "宁波", ""],
    ]
    headers = ["姓名", "电话", "地址", "组"]
    result = shop.take_rows(headers, *rows)
    assert counts(result) == (2, 3, 0)
    first, second = shop.customers()
    assert (first["name"], first["address"]) == ("王姐", "杭州")
    assert json.loads(first["extra"]) == {"组": "A；B", "地址 (2)": "宁波"}
    assert second["name"] == "李四"
    before = shop.everything()
    assert counts(shop.take_rows(headers, *rows)) == (0, 0, 5)
    assert shop.everything() == before


def test_duplicates_far_apart(small_shop: Shop) -> None:
    rows = [[f"客{n % 500}", f"13{n % 500:09}", str(n % 500)] for n in range(1500)]
    result = small_shop.take_rows(["姓名", "电话", "组"], *rows)
    assert counts(result) == (500, 1000, 0)
    assert counts(small_shop.take_rows(["姓名", "电话", "组"], *rows)) == (0, 0, 1500)


def test_namesakes_without_anything_else(small_shop: Shop) -> None:
    rows = [["张伟", f"街{n}号"] for n in range(900)]
    assert counts(small_shop.take_rows(["姓名", "地址"], *rows)) == (900, 0, 0)
    assert counts(small_shop.take_rows(["姓名", "地址"], *rows)) == (0, 0, 900)


def test_a_contact_is_made_for_a_configured_account_only(shop: Shop) -> None:
    headers = ["姓名", "渠道", "渠道ID"]
    rows = [
        ["王姐", "sandbox", "wang"],
        ["李四", "抖音", "dy88"],
        ["店主自己", "sandbox", "seller"],
        ["赵五", "", "x9"],
    ]
    assert counts(shop.take_rows(headers, *rows)) == (4, 0, 0)
    assert [(c["account"], c["external_id"], c["customer_id"]) for c in shop.rows(ContactRow)] == [
        ("sandbox", "wang", 1)
    ]
    assert [c["source"] for c in shop.customers()] == ["sandbox", "抖音", "sandbox", "表格"]
    assert counts(shop.take_rows(headers, *rows)) == (0, 0, 4)
    assert counts(shop.take_rows(["昵称", "渠道", "渠道ID"], ["小李", "抖音", "dy88"])) == (0, 1, 0)
    assert shop.customers()[1]["nickname"] == "小李"


def test_who_turned_out_to_be_another(shop: Shop) -> None:
    shop.take_rows(["姓名", "地址"], ["赵五", "宁波"])
    one, two = buyer(shop, "alice", name="王姐"), buyer(shop, "bob", name="王丽")
    write(shop, MergeCustomers(one, two, "老板"), MergeCustomers(one, 1, "老板"))
    assert counts(shop.take_rows(["渠道", "渠道ID", "电话"], ["sandbox", "bob", "13812345678"])) == (0, 1, 0)
    assert counts(shop.take_rows(["姓名", "地址"], ["赵五", "宁波"])) == (0, 0, 1)
    standing = [c for c in shop.customers() if c["merged_into"] is None]
    assert [c["phone"] for c in standing] == ["13812345678"]
    assert shop.give(shop.folder / "a.csv", SheetKind.CUSTOMERS) == 1


def test_orders_by_their_number(shop: Shop) -> None:
    first = [
        "A1",
        "王姐",
        "13812345678",
        "玫瑰面霜",
        "2",
        "248",
        "2026-05-23 22:02:11",
        "2026-05-23 22:03:00",
        "待发货",
        "",
        "",
    ]
    assert counts(shop.take_rows(ORDERS, first)) == (1, 0, 0)
    second = [*first[:8], "已发货", "圆通", "YT1234567890123"]
    assert counts(shop.take_rows(ORDERS, second)) == (0, 1, 0)
    assert counts(shop.take_rows(ORDERS, first)) == (0, 0, 1)
    assert counts(shop.take_rows(ORDERS, [*second[:8], "交易成功", *second[9:]])) == (0, 1, 0)
    (order,) = shop.orders()
    assert (order["status"], str(order["total"])) == ("signed", "248.00")
    (parcel,) = shop.rows(ParcelRow)
    assert (parcel["courier"], parcel["announced"]) == ("圆通", False)
    assert parcel["signed_at"] is not None
    assert len(shop.customers()) == 1


def test_lines_of_an_order_without_prices_share_its_amount(small_shop: Shop) -> None:
    rows = [
        ["A1", "王姐", "面霜", "1", "100"],
        ["A1", "王姐", "洁面乳", "3", ""],
        ["A2", "王姐", "面霜", "1", ""],
    ]
    assert counts(small_shop.take_rows(["订单号", "姓名", "商品", "数量", "金额"], *rows)) == (2, 1, 0)
    prices = [(i["product"], str(i["price"])) for i in small_shop.rows(OrderItemRow)]
    assert prices == [("玫瑰面霜", "25.00"), ("氨基酸洁面乳", "25.00"), ("玫瑰面霜", "0.00")]
    assert [o["status"] for o in small_shop.orders()] == ["paid", "paid"]


def test_a_masked_buyer_completes_an_order_that_is_known(small_shop: Shop) -> None:
    headers = ["订单号", "收货人", "手机", "订单状态"]
    small_shop.take_rows(headers, ["A1", "王姐", "13812345678", "待发货"])
    result = small_shop.take_rows(
        headers, ["A1", "王**", "138****5678", "交易成功"], ["A9", "李**", "138****1111", ""]
    )
    assert (counts(result), [r.row for r in result.rejected]) == ((0, 1, 0), [3])
    assert "打了码" in result.rejected[0].reason
    assert [o["status"] for o in small_shop.orders()] == ["signed"]


def test_an_order_that_the_shops_system_has_told(shop: Shop) -> None:
    one = buyer(shop, "alice", name="王姐", phone="13812345678")
    told = {"status": "paid", "total": Decimal(5), "items_said": 3, "total_said": 3, "source": "接口"}
    write(shop, KeepOrder("A1", one, told))
    result = shop.take_rows(
        ["订单号", "姓名", "手机", "商品", "金额"], ["A1", "李四", "13900000000", "面霜", "129"]
    )
    assert counts(result) == (0, 1, 0)
    (order,) = shop.orders()
    assert (order["customer_id"], str(order["total"]), order["total_said"]) == (one, "129.00", 9)
    (customer,) = shop.customers()
    assert (customer["name"], customer["phone"]) == ("王姐", "13812345678")
    assert customer["extra"] == '{"别的收货信息":"李四 13900000000"}'


def test_a_present_for_somebody_else_stays_the_buyers_order(small_shop: Shop) -> None:
    headers = ["订单编号", "买家会员名", "收货人姓名", "联系手机", "收货地址 "]
    small_shop.take_rows(
        headers,
        ["A1", "旺旺8", "王姐", "13812345678", "杭州"],
        ["A2", "旺旺9", "李四", "13900000000", "宁波"],
        ["A3", "旺旺8", "李四", "13900000000", "宁波"],
    )
    assert [o["customer_id"] for o in small_shop.orders()] == [1, 2, 1]
    assert [(c["name"], c["phone"]) for c in small_shop.customers()] == [
        ("王姐", "13812345678"),
        ("李四", "13900000000"),
    ]


def test_who_asked_has_bought(small_shop: Shop) -> None:
    one = buyer(small_shop, "alice", phone="13812345678")
    write(small_shop, OpenConsultation(one, "玫瑰面霜", "多少钱"))
    headers = ["订单号", "手机", "商品", "下单时间", "状态"]
    small_shop.take_rows(headers, ["A0", "13812345678", "面霜", "2026-10-01", "交易成功"])
    assert [c["state"] for c in small_shop.rows(ConsultationRow)] == ["open"]
    small_shop.take_rows(headers, ["A1", "13812345678", "面霜", "2026-11-02", "待发货"])
    assert [(c["state"], c["order_number"]) for c in small_shop.rows(ConsultationRow)] == [("ordered", "A1")]


def test_what_no_index_takes_is_refused(shop: Shop) -> None:
    long = "长" * 3000
    result = shop.take_rows(
        ["姓名", "电话", "标签", "地址", "备注"],
        [long, "", "", "", ""],
        ["王姐", "", long, "", ""],
        ["李四", "", "", long, long],
    )
    assert (result.created, [r.row for r in result.rejected]) == (1, [2, 3])
    orders = shop.take_rows(["订单号", "姓名", "商品"], ["A1", "李四", long], ["B" * 300, "李四", "面霜"])
    assert (orders.created, [r.row for r in orders.rejected]) == (1, [3])


def test_customers_of_a_table_are_found_by_commands(small_shop: Shop) -> None:
    small_shop.take_rows(["姓名", "电话", "渠道", "肤质"], ["王姐", "13812345678", "抖音", "干皮"])
    database = Database(small_shop.url)
    counter = Counter(database, small_shop.settings)
    assert "王姐" in counter.say("客户 王姐") and "王姐" in counter.say("找 13812345678")
    assert "王姐" in counter.say("订单 王姐 玫瑰面霜 129")
    assert "huitouke import" in counter.say("导入") and "--kind orders" in counter.say("导出 订单")
    assert "能导出" in counter.say("导出 钱")
    database.close()
