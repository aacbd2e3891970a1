"""Where headers and values stand: several tabs, titles, merged cells, lines of one order apart."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.customer import OrderStatus
from storage.sheets import SheetFault, SheetKind, gather, open_sheet
from storage.sheets.headers import known_as, layout_of
from tests.sheets.books import Day, Minute, Number, book, pack, parts
from tests.sheets.reading import ZONE, csv_file, customer, order, records, rejected

PEOPLE = [["姓名", "手机"], ["王姐", "13812345678"]]


def test_the_first_visible_tab_that_is_a_table(tmp_path: Path) -> None:
    tabs = {"说明": [["请勿修改"]], "字典": PEOPLE, "空": [], "名单": [["姓名"], ["李四"]]}
    path = pack(tmp_path / "a.xlsx", parts(tabs, hidden=["字典"]))
    with open_sheet(path) as sheet:
        assert (sheet.name, sheet.kind) == ("名单", SheetKind.CUSTOMERS)
    assert customer(*records(path)).name == "李四"


def test_headers_over_two_rows(tmp_path: Path) -> None:
    rows = [
        ["六月订单", "", "", "", ""],
        ["订单号", "收货信息", "", "", "金额"],
        ["", "姓名", "电话", "地址", ""],
        ["A1", "王姐", "13812345678", "杭州", "5"],
    ]
    found = order(*records(book(tmp_path / "a.xlsx", rows, ["A1:E1", "A2:A3", "B2:D2", "E2:E3"])))
    assert (found.number, found.customer.name, found.total) == ("A1", "王姐", Decimal(5))
    assert found.extra == ()


def test_cells_merged_downwards_in_a_customer_table(tmp_path: Path) -> None:
    rows = [["等级", "姓名"], ["VIP", "王姐"], ["", "李四"], ["普通", "赵五"]]
    found = [customer(one).tier for one in records(book(tmp_path / "a.xlsx", rows, ["A2:A3"]))]
    assert found == ["VIP", "VIP", "普通"]


def test_lines_of_an_order_wherever_they_stand(tmp_path: Path) -> None:
    rows = [
        ["订单号", "姓名", "商品", "单价", "数量", "金额"],
        ["A1", "王姐", "面霜", "100", "1", "150"],
        ["", "", "洁面乳", "50", "1", ""],
        ["A2", "李四", "精华", "80", "1", "80"],
        ["A1", "", "赠品", "0", "1", ""],
        ["A2", "李四", "精华", "80", "1", "80"],
        ["", "赵五", "面膜", "9", "1", "9"],
        ["", "", "面膜", "9", "1", "9"],
        ["合计", "", "", "", "", "239"],
    ]
    found = records(csv_file(tmp_path / "a.csv", rows))
    first, second = order(found[0]), order(found[1])
    assert [item.product for item in first.items] == ["面霜", "洁面乳", "赠品"]
    assert (first.total, first.rows) == (Decimal(150), (2, 3, 5))
    assert [(item.product, item.quantity) for item in second.items] == [("精华", 1)]
    assert (second.total, second.rows) == (Decimal(80), (4, 6))
    assert [(rejected(one).row, rejected(one).reason) for one in found[2:]] == [
        (7, "没有订单号"),
        (8, "没有订单号"),
        (9, "合计行，不是订单"),
    ]


def test_one_wrong_line_keeps_the_order_out(tmp_path: Path) -> None:
    rows = [
        ["订单号", "姓名", "商品", "金额"],
        ["A1", "王姐", "面霜", "100"],
        ["A1", "王姐", "精华", "一百"],
        ["A2", "李四", "精华", "1,280.5元"],
    ]
    one, two, three = records(csv_file(tmp_path / "a.csv", rows))
    assert (rejected(one).row, rejected(one).reason) == (3, "“金额”：金额看不懂：一百（例：129 或 129.50）")
    assert (rejected(two).row, rejected(two).reason) == (2, "同一订单的第 3 行有错，整单没有导入")
    assert order(three).total == Decimal("1280.50")


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ([("100", "1", "100"), ("50", "1", "50")], 150),  # each line's own
        ([("100", "1", "150"), ("50", "1", "150")], 150),  # the order's, repeated
        ([("75", "1", "75"), ("75", "1", "75")], 150),  # equal by chance: price times pieces
        ([("", "1", "75"), ("", "1", "75")], 75),  # nothing tells: not counted twice
        ([("100", "2", ""), ("50", "1", "")], 250),
        ([("100", "2", ""), ("", "1", "")], None),
    ],
)
def test_the_total_of_several_lines(
    tmp_path: Path, lines: list[tuple[str, str, str]], total: int | None
) -> None:
    rows = [["订单号", "姓名", "商品", "单价", "数量", "金额"]]
    rows += [["A1", "王姐", f"商品{n}", *line] for n, line in enumerate(lines)]
    found = order(*records(csv_file(tmp_path / "a.csv", rows)))
    assert found.total == (None if total is None else Decimal(total))


def test_days_of_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["订单号", "姓名", "下单时间", "付款时间", "发货时间"],
        ["A1", "王", Day("46025"), Minute("46025.424305555556"), Number("46026.5")],
    ]
    for date1904 in (False, True):
        path = pack(tmp_path / f"{date1904}.xlsx", parts({"a": rows}, date1904=date1904))
        found = order(*records(path))
        assert found.created_at and found.paid_at and found.shipped_at
        year = 2030 if date1904 else 2026
        assert (found.created_at.year, found.created_at.tzinfo, found.created_at.hour) == (year, ZONE, 0)
        assert f"{found.paid_at:%H:%M:%S}" == "10:11:00"
        assert (found.shipped_at - found.created_at).total_seconds() == 1.5 * 86400
        assert found.status is OrderStatus.SHIPPED


def test_empty_rows_and_cells_without_header(tmp_path: Path) -> None:
    rows = [["姓名", "", "手机"], ["", "", ""], ["王姐", "常客", "", "", "尾"]]
    found = customer(*records(csv_file(tmp_path / "a.csv", rows, "gbk", ";")))
    assert (found.row, found.extra) == (3, (("第2列", "常客"), ("第5列", "尾")))


def test_the_seller_s_columns_keep_their_order() -> None:
    layout = layout_of(["皮肤", "姓名", "手机", "联系电话", "备注", "皮肤"], None)
    assert layout is not None
    assert layout.own_headers == ("皮肤", "联系电话", "皮肤 (2)")


def test_paid_wins_over_due_and_price() -> None:
    for worse in ("应付金额", "订单金额", "总价", "金额"):
        layout = layout_of(["订单号", worse, "实付金额(元)"], None)
        assert layout is not None
        assert layout.own_headers == (worse,)


def test_spellings_of_headers() -> None:
    for spelling in (
        "订单号",
        " 订 单 号 ",
        "＊订单号",
        "订单号：",
        "订单号(必填)",
        "订单ＩＤ",
        "【订单号】".strip("【】"),
    ):
        known = known_as(spelling)
        assert known is not None
        assert known[0] == "number"
    assert known_as("商品编码(平台)") is None


def test_a_bare_number_is_an_order_s_only_without_courier(tmp_path: Path) -> None:
    found = order(*records(csv_file(tmp_path / "a.csv", [["单号", "姓名", "金额"], ["A1", "王", "5"]])))
    assert found.number == "A1"
    rows = [["订单号", "姓名", "快递", "单号"], ["A1", "王", "顺丰", "SF1234567890123"]]
    assert order(*records(csv_file(tmp_path / "b.csv", rows))).parcels[0].tracking_no == "SF1234567890123"


def test_progress_and_count(tmp_path: Path) -> None:
    rows = [["姓名"], *([f"王{n}"] for n in range(3000))]
    heard: list[float] = []
    for path in (csv_file(tmp_path / "a.csv", rows), book(tmp_path / "a.xlsx", rows)):
        heard.clear()
        with open_sheet(path) as sheet, gather(sheet, ZONE, heard.append) as gathered:
            assert gathered.read == 3000
            assert len(list(gathered)) == len(list(gathered)) == 3000
        assert heard == sorted(heard)
        assert heard[-1] == 1.0
        assert len(heard) > 3


def test_gathering_gives_up_cleanly(tmp_path: Path) -> None:
    body = "姓名\n" + "王\n" * 600 + '"' + "李\n" * 300
    path = tmp_path / "a.csv"
    path.write_text(body)
    with pytest.raises(SheetFault), open_sheet(path) as sheet:
        gather(sheet, ZONE)
