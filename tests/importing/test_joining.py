"""One phone, two people on record: an import joins them, or leaves the question to the morning list, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.core.clock import Clock
from bot.core.effects import SplitCustomers
from storage.db import Database
from storage.rows import CareRow, TaskRow, ValueRow
from tests.commands.conftest import Counter
from tests.importing.shop import Shop
from tests.importing.test_merging import buyer, counts, write
from tests.when import AHEAD

PHONE = "13812345678"
ALICE = ("sandbox", "alice", "王姐", PHONE)
HEADERS = ("渠道", "渠道ID", "姓名", "电话")


def standing(shop: Shop) -> list[int]:
    return [row["id"] for row in shop.customers() if row["merged_into"] is None]


def notes(result: Any) -> str:
    return "\n".join(note.text for note in result.notes)


def test_people_of_two_accounts_become_one_and_are_valued(shop: Shop) -> None:
    bob = buyer(shop, "bob", phone=PHONE)
    buyer(shop, "alice")
    shop.take_rows(["订单号", "手机", "商品", "金额", "状态"], ["A1", PHONE, "面霜", "129", "交易成功"])
    trial = shop.take_rows(HEADERS, ALICE, dry_run=True)
    assert standing(shop) == [1, 2]
    result = shop.take_rows(HEADERS, ALICE)
    assert result.as_json() == trial.as_json()
    assert standing(shop) == [bob]
    assert "合成一个人了" in notes(result) and "拆分 #1" in notes(result)
    (value,) = [row for row in shop.rows(ValueRow) if row["customer_id"] == bob]
    assert (value["orders"], str(value["spent"])) == (1, "129.00")
    before = shop.everything()
    again = shop.take_rows(HEADERS, ALICE)
    assert (counts(again), notes(again)) == ((0, 0, 1), "") and shop.everything() == before


def test_whom_the_seller_has_taken_apart_stay_apart(small_shop: Shop) -> None:
    buyer(small_shop, "bob", phone=PHONE)
    buyer(small_shop, "alice")
    small_shop.take_rows(HEADERS, ALICE)
    write(small_shop, SplitCustomers(1, "老板"))
    result = small_shop.take_rows(HEADERS, ALICE)
    assert standing(small_shop) == [1, 2] and notes(result) == ""
    assert small_shop.rows(TaskRow) == []


@pytest.mark.parametrize(
    ("known", "why"), [({"name": "李建国"}, "名字不一样"), ({"birthday": "03-05"}, "生日不一样")]
)
def test_families_share_a_phone_so_the_seller_is_asked_once(
    small_shop: Shop, known: dict[str, str], why: str
) -> None:
    buyer(small_shop, "bob", phone=PHONE, **known)
    buyer(small_shop, "alice", birthday="08-08")
    row = ("sandbox", "alice", "王丽华", PHONE)
    result = small_shop.take_rows(HEADERS, row)
    assert standing(small_shop) == [1, 2] and "今日" in notes(result)
    (task,) = small_shop.rows(TaskRow)
    assert why in task["why"]
    assert notes(small_shop.take_rows(HEADERS, row)) == ""
    assert len(small_shop.rows(TaskRow)) == 1


def test_a_buyer_known_by_nickname_is_the_one_with_the_phone(small_shop: Shop) -> None:
    headers = ["订单编号", "买家会员名", "收货人姓名", "联系手机"]
    small_shop.take_rows(headers, ["A1", "旺旺8", "王姐", ""])
    one = buyer(small_shop, "alice", name="王姐", phone=PHONE)
    small_shop.take_rows(headers, ["A2", "旺旺8", "王姐", PHONE])
    assert len(standing(small_shop)) == 1 and one in (1, 2)
    assert {order["customer_id"] for order in small_shop.orders()} == set(standing(small_shop))


def _same_home(people: int) -> Sequence[Sequence[str]]:
    return [[f"客{n // 2}", f"1381234{n:04}", f"文三路{n // 2}号"] for n in range(people)]


def test_the_same_name_and_address_are_asked_about_in_the_morning_list(small_shop: Shop) -> None:
    rows = _same_home(12)
    result = small_shop.take_rows(["姓名", "电话", "地址"], *rows)
    (note,) = result.notes
    assert note.rows == 6 and "今日" in note.text
    assert small_shop.take_rows(["姓名", "电话", "地址"], *rows).notes == []
    database = Database(small_shop.url)
    counter = Counter(database, small_shop.settings)
    told = counter.say("今日")
    assert told.count("是一个人就打 合并") == 3 and "还有 3 对像同一个人的" in told
    assert "合并 #1 #2" in told
    counter.say("1 发")
    counter.say("确认")
    assert "合并 #1 #2" not in counter.say("今日")
    assert "还有 2 对" in counter.say("今日")
    database.close()


def test_care_is_planned_for_who_was_imported(small_shop: Shop) -> None:
    now = Clock(AHEAD).now()
    soon = now + timedelta(days=20)
    signed = f"{now - timedelta(hours=3):%Y-%m-%d %H:%M}"
    small_shop.take_rows(
        ["姓名", "电话", "生日"], ["王姐", PHONE, f"{soon:%m-%d}"], ["李四", "13900000000", ""]
    )
    headers = ["订单号", "手机", "商品", "金额", "下单时间", "签收时间", "状态"]
    old = ["A2", "13900000000", "面霜", "129", "2020-01-01", "2020-01-05", "交易成功"]
    small_shop.take_rows(headers, ["A1", PHONE, "面霜", "129", signed, signed, "交易成功"], old)
    planned = {(row["customer_id"], row["rule"]) for row in small_shop.rows(CareRow)}
    assert {id_ for id_, _ in planned} == {1}
    assert any("生日" in rule for _, rule in planned) and any("生日" not in rule for _, rule in planned)
