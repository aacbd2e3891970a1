"""What is written is read again the same, calculates nothing, and replaces a file only when it is whole."""

from __future__ import annotations

import csv
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.sheets import COLUMNS, CustomerRecord, SheetFault, SheetKind, gather, open_sheet, write_sheet
from storage.sheets.xlsx_writing import Cell
from tests.sheets.reading import ZONE, customer, order, records

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
ODD = st.sampled_from(
    ["=1+1", "+1", "-1", "@a", "\tx", "x\t", "\rx", "'", "''", "'=1", '="a"', '"', "a\nb", "a\r\nb", "_x000D_", " ", "007", "'007",
     "1234567890123456789", "'\t1", "\t\t", "=", '=""', "\ufeffx", "1.0", "1E5", "#N/A", "是", "a;b|c，d\te"]
)  # fmt: skip
TABLES = st.lists(st.lists(TEXTS | ODD, min_size=3, max_size=3), min_size=1, max_size=5)


def texts_of(path: Path) -> list[list[str]]:
    with open_sheet(path) as sheet:
        return [[*row.cells, *[""] * (4 - len(row.cells))] for row in sheet.rows()]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@given(table=TABLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_any_table_comes_back(tmp_path: Path, ending: str, table: list[list[str]]) -> None:
    path = tmp_path / f"a.{ending}"
    rows = [["王姐", *row] for row in table]
    assert write_sheet(path, ["姓名", "一", "二", "三"], rows) == len(rows)
    assert texts_of(path) == rows


def test_nothing_calculates(tmp_path: Path) -> None:
    wicked = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    write_sheet(tmp_path / "a.csv", ["姓名"], [[one] for one in wicked])
    write_sheet(tmp_path / "a.xlsx", ["姓名"], [[one] for one in wicked])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for (cell,) in csv.reader(file) if cell[:1] in "=+-@\t\r"]
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    sheet = zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"') == len(wicked) + 1


def test_numbers_and_texts(tmp_path: Path) -> None:
    row: list[Cell] = [
        "王姐",
        "13812345678",
        "1930679858170647123",
        Decimal("129.50"),
        3,
        datetime(2026, 1, 3, 10, 11, tzinfo=ZONE),
        None,
    ]
    headers = ["姓名", "电话", "订单号码牌", "金额", "数量", "时间", "空"]
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"a.{ending}"
        write_sheet(path, headers, [row])
        (found,) = texts_of(path)
        assert found[:3] == row[:3]
        assert [Decimal(found[3]), found[4:6]] == [Decimal("129.5"), ["3", "2026-01-03 10:11:00"]]
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["电话"] == "13812345678"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_customers_come_back_with_the_seller_s_columns(tmp_path: Path, ending: str) -> None:
    one = CustomerRecord(
        2, "王姐", "小王", "13812345678", "=杭州", "农历八月十五", "oa", "oX-1", ("老客", "干皮"), "金卡", "熟客", "别说\n“亲”",
        extra=(("皮肤", "干"), ("手机", "138****1234")),
    )  # fmt: skip
    headers = [*COLUMNS[SheetKind.CUSTOMERS], *(header for header, _ in one.extra)]
    fields = [one.name, one.nickname, one.phone, one.address, one.birthday, one.account, one.external_id]
    row = [*fields, " ".join(one.tags), one.tier, one.stage, one.note, *(text for _, text in one.extra)]
    path = tmp_path / f"a.{ending}"
    for _ in range(2):
        write_sheet(path, headers, [row])
        assert customer(*records(path)) == one


def test_our_own_orders_come_back(tmp_path: Path) -> None:
    headers = [*COLUMNS[SheetKind.ORDERS], "实付金额", "备注"]
    rows: list[list[Cell]] = [
        [
            "A1",
            "王姐",
            "13812345678",
            "面霜",
            1,
            Decimal(150),
            "2026-01-03 10:11:00",
            "",
            "待发货",
            "",
            "",
            "151",
            "急",
        ],
        ["A1", "", "", "洁面乳", 2, None, "", "", "", "", "", "", ""],
    ]
    path = tmp_path / "a.xlsx"
    write_sheet(path, headers, rows)
    found = order(*records(path))
    assert (found.total, len(found.items)) == (Decimal(150), 2)
    assert found.extra == (("实付金额", "151"), ("备注", "急"))


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    def breaking() -> Iterator[list[str]]:
        yield ["王姐"]
        raise RuntimeError("gone")

    for ending in ("csv", "xlsx"):
        path = tmp_path / f"a.{ending}"
        path.write_text("old")
        path.chmod(0o640)
        with pytest.raises(RuntimeError):
            write_sheet(path, ["姓名"], breaking())
        assert path.read_text() == "old"
        write_sheet(path, ["姓名"], [["王姐"]])
        assert texts_of(path)[0][0] == "王姐"
        assert path.stat().st_mode & 0o777 == 0o640
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "a.xlsx"}


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SheetFault, match="只能导出"):
        write_sheet(tmp_path / "a.pdf", ["姓名"], [])
    with pytest.raises(SheetFault, match="写不了"):
        write_sheet(tmp_path / "no" / "a.csv", ["姓名"], [])
    with pytest.raises(SheetFault, match="装不下"):
        write_sheet(tmp_path / "a.xlsx", ["姓名"], [["王" * 40_000]])
    assert not list(tmp_path.iterdir())


def _orders(count: int) -> Iterator[list[str]]:
    for n in range(count):
        yield [
            f"{2026000000000000000 + n}",
            f"买家{n}",
            f"1{3800000000 + n}",
            f"杭州文三路{n}号",
            "面霜",
            "129.00",
            f"备注{n}",
        ]


def _peak(path: Path, count: int) -> int:
    tracemalloc.start()
    write_sheet(path, ["订单号", "姓名", "电话", "地址", "商品", "金额", "说明"], _orders(count))
    with open_sheet(path) as sheet, gather(sheet, ZONE) as gathered:
        assert sum(1 for _ in gathered) == count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, ending: str) -> None:
    small, large = (_peak(tmp_path / f"{count}.{ending}", count) for count in (1_500, 15_000))
    assert large < 1.3 * small
