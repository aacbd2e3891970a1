"""Each platform's export into each database, twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.rows import ParcelRow, ValueRow
from storage.sheets import Rejected, SheetKind
from tests.importing.shop import Shop
from tests.sheets import test_layouts, test_platforms
from tests.sheets.reading import records

Builder = Callable[[Path], None]


def _builders() -> list[Builder]:
    """The tests that write a platform's file into a folder."""
    found = [
        test
        for module in (test_platforms, test_layouts)
        for name, test in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("test_") and list(inspect.signature(test).parameters) == ["tmp_path"]
    ]
    assert len(found) > 12
    return found


def _readable(path: Path) -> bool:
    try:
        return any(not isinstance(one, Rejected) for one in records(path))
    except Exception:
        return False


@pytest.mark.parametrize("build", _builders(), ids=lambda build: build.__name__)
def test_a_platforms_export_is_taken_once(shop: Shop, tmp_path: Path, build: Builder) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    build(folder)
    for path in filter(_readable, sorted(folder.iterdir())):
        trial = shop.take(path, dry_run=True)
        first = shop.take(path)
        assert first.as_json() == trial.as_json()
        assert first.read == first.created + first.merged + first.unchanged + len(first.rejected)
        before = shop.everything()
        again = shop.take(path)
        assert (again.created, again.merged) == (0, 0)
        assert again.unchanged == again.read - len(again.rejected)
        assert again.rejected == first.rejected
        assert shop.everything() == before


def test_what_a_taobao_export_leaves_on_record(shop: Shop, tmp_path: Path) -> None:
    test_platforms.test_taobao_export_in_gbk_with_its_wrapped_numbers(tmp_path)
    result = shop.take(tmp_path / "ExportOrderList.csv")
    assert (result.kind, result.created) == (SheetKind.ORDERS, 1)
    assert [one.row for one in result.rejected] == [3] and "打了码" in result.rejected[0].reason
    (customer,) = shop.customers()
    assert (customer["name"], customer["nickname"], customer["phone"]) == (
        "马小花",
        "幸福花开88",
        "18612345678",
    )
    assert (customer["source"], customer["stage"]) == ("淘宝", "新客")
    (order,) = shop.orders()
    assert (order["number"], order["status"], str(order["total"])) == (
        "1930679858170647",
        "shipped",
        "248.00",
    )
    assert '"订单备注":"老客，送小样"' in order["extra"]
    (parcel,) = shop.rows(ParcelRow)
    assert (parcel["courier"], parcel["tracking_no"]) == ("圆通", "YT1234567890123")


REFUNDS = ["订单编号", "买家会员名", "收货人姓名", "联系手机", "买家实际支付金额", "订单状态", "订单付款时间",
           "宝贝标题", "退款金额", "物流单号", "物流公司"]  # fmt: skip


def _bought(number: str, refund: str, tracking: str = "") -> list[str]:
    phone = f"1380000000{number}"
    return [number, f"旺旺{number}", f"买家{number}", phone, "198.00", "交易成功", "2026-10-01 10:00:00",
            "面霜", refund, tracking, "中通快递"]  # fmt: skip


def test_what_went_back_counts_no_longer(shop: Shop) -> None:
    cells = ("99.00", "198.00", "0.00", "", "无退款申请")
    rows = [_bought(str(n), refund) for n, refund in enumerate(cells, 1)]
    result = shop.take_rows(REFUNDS, *rows)
    assert result.created == len(rows) and not result.rejected
    assert [(one["status"], one["refunded"]) for one in shop.orders()] == [
        ("signed", 99),
        ("refunded", 198),
        *[("signed", 0)] * 3,
    ]
    assert [one["spent"] for one in shop.rows(ValueRow)] == [99, 0, 198, 198, 198]
    before = shop.everything()
    assert shop.take_rows(REFUNDS, *rows).unchanged == len(rows)
    assert shop.everything() == before


def test_what_goes_back_later_is_added_and_never_less(shop: Shop) -> None:
    told = []
    for refund in ("", "99.00", "50.00", "198.00", ""):
        shop.take_rows(REFUNDS, _bought("1", refund))
        (order,) = shop.orders()
        told.append((order["status"], order["refunded"]))
    assert told == [("signed", 0), ("signed", 99), ("signed", 99), *[("refunded", 198)] * 2]


def test_a_parcel_that_cannot_be_read_is_told(small_shop: Shop) -> None:
    rows = [_bought("1", "", "No:75123456789012"), _bought("2", "", "No:7512"), _bought("3", "", "No:7513")]
    (note,) = small_shop.take_rows(REFUNDS, *rows).notes
    assert note.rows == 2 and "“物流单号”里有看不懂的单号" in note.text
    assert [one["tracking_no"] for one in small_shop.rows(ParcelRow)] == ["75123456789012"]
