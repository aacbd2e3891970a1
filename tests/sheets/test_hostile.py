"""Files that are broken, wrong or meant to hurt: a clear sentence, and no record at all."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sheets import SheetFault, SheetKind, open_sheet
from storage.sheets.cells import unescaped
from storage.sheets.limits import MAX_CELL
from tests.sheets.books import MAIN, Broken, Formula, Number, book, pack, parts, sheet_xml
from tests.sheets.reading import csv_file, customer, cut, order, records, rejected

HEADERS = ["姓名", "手机"]
ROWS = [HEADERS, ["王姐", "13812345678"]]


def refusal(path: Path, kind: SheetKind | None = None) -> str:
    with pytest.raises(SheetFault) as refused:
        records(path, kind)
    return str(refused.value)


def written(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    sheet = files["xl/worksheets/sheet1.xml"]
    bomb = sheet.replace("</sheetData>", "<row/>" * 10_000_000 + "</sheetData>").encode()
    path = pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": bomb})
    del bomb
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    assert "压缩炸弹" in refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    body = files["xl/worksheets/sheet1.xml"].encode() + b" " * 1000
    path = pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": body})
    raw = path.read_bytes()
    lie = raw.replace(struct.pack("<L", len(body)), struct.pack("<L", 300))
    assert lie != raw
    assert "文件坏了" in refusal(written(path, lie))


def test_a_table_of_contents_without_end(tmp_path: Path) -> None:
    raw = bytearray(book(tmp_path / "a.xlsx", ROWS).read_bytes())
    end = raw.rfind(b"PK\x05\x06")
    raw[end + 12 : end + 16] = struct.pack("<L", 500_000_000)
    assert "文件太多" in refusal(written(tmp_path / "b.xlsx", bytes(raw)))


def test_entities_and_document_types(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    laughs = (
        '<!DOCTYPE a [<!ENTITY b "哈哈哈哈"><!ENTITY c "&b;&b;&b;">]>' + files["xl/worksheets/sheet1.xml"]
    )
    assert "DOCTYPE" in refusal(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": laughs}))


def test_a_tag_of_megabytes(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    noise = os.urandom(3 * 2**20).hex()
    endless = files["xl/worksheets/sheet1.xml"].replace("<sheetData>", f'<sheetData x="{noise}">')
    assert "长得不正常" in refusal(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": endless}))


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_thousand_columns(tmp_path: Path, ending: str) -> None:
    rows = [[f"列{n}" for n in range(1000)], [*["王姐", "13812345678"], *("x" for _ in range(998))]]
    path = tmp_path / f"a.{ending}"
    assert "超过 200 列" in refusal(book(path, rows) if ending == "xlsx" else csv_file(path, rows))


def test_a_cell_at_the_far_end(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = files["xl/worksheets/sheet1.xml"].replace("</sheetData>", far)
    assert "超过 200 列" in refusal(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize("name", ["a.xlsm", "a.xlsx"])
def test_macros(tmp_path: Path, name: str) -> None:
    files = parts({"a": ROWS}) | {"xl/vbaProject.bin": "macro"}
    assert "带宏" in refusal(pack(tmp_path / name, files))


def test_formulas_give_their_result_or_a_rejection(tmp_path: Path) -> None:
    rows: list[list[str]] = [
        ["姓名", "手机", "积分"],
        [Formula('"王"&"姐"|王姐'), Formula("B9|13812345678"), Formula("1+1")],
        ["李四", Formula("VLOOKUP(A3,B:C,2,0)"), ""],
        ["赵五", Broken("#N/A"), ""],
    ]
    one, two, three = records(book(tmp_path / "a.xlsx", rows))
    assert (customer(one).name, customer(one).phone) == ("王姐", "13812345678")
    assert customer(one).extra == (("积分", "=1+1"),)
    assert rejected(two).reason == "“手机”是公式，没有算好的结果；请在 Excel 里打开，保存一次再导入"
    assert rejected(three).reason == "“手机”是错误值 #N/A"


def test_a_formula_as_python_programs_write_it(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    sheet = files["xl/worksheets/sheet1.xml"].replace(
        "</row></sheetData>", '<c r="C2"><f>1+1</f><v /></c></row></sheetData>'
    )
    sheet = sheet.replace('<c r="B2" t="s"><v>3</v></c>', '<c r="B2"><f>A9</f><v></v></c>')
    (one,) = records(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": sheet}))
    assert "“手机”是公式" in rejected(one).reason


def test_formulas_in_csv_are_not_values(tmp_path: Path) -> None:
    rows = [HEADERS, ["=cmd|' /C calc'!A0", "13812345678"], ["@SUM(A1)", '="13812345679"']]
    one, two = records(csv_file(tmp_path / "a.csv", rows))
    assert "是公式" in rejected(one).reason
    assert (customer(two).name, customer(two).phone) == ("@SUM(A1)", "13812345679")


def test_formulas_in_notes_and_own_columns_are_text(tmp_path: Path) -> None:
    headers = ["姓名", "手机", "备注", "肤质"]
    rows = [
        ["王姐", '="13800000044"', "=老客户要加急", "=SUM(1)"],
        ["李四", '="13800000045" ', "=SUM(1)", '="干皮"'],
        ['=HYPERLINK("http://x","何晴")', '\t="13800000046"', "", '="a"&B1&"b"'],
    ]
    found = [customer(one) for one in records(csv_file(tmp_path / "a.csv", [headers, *rows]))]
    assert [(one.name, one.phone, one.note, dict(one.extra)["肤质"]) for one in found] == [
        ("王姐", "13800000044", "=老客户要加急", "=SUM(1)"),
        ("李四", "13800000045", "=SUM(1)", "干皮"),
        ("何晴", "13800000046", "", '="a"&B1&"b"'),
    ]


def test_formulas_of_a_workbook_that_show_what_they_say(tmp_path: Path) -> None:
    rows: list[list[str]] = [
        ["姓名", "手机", "备注"],
        [Formula('HYPERLINK("http://x","何晴")'), Formula('"13800000044"'), Formula("A1&B1")],
        [Formula('HYPERLINK(C9,"说""好""的")'), "13800000045", Formula('HYPERLINK("http://x?a=1,2")')],
        [Formula('HYPERLINK("http://x",A9)'), "13800000046", ""],
        ["赵五", "13800000047", Broken("#N/A")],
    ]
    one, two, three, four = records(book(tmp_path / "a.xlsx", rows))
    assert (customer(one).name, customer(one).phone, customer(one).note) == ("何晴", "13800000044", "=A1&B1")
    assert (customer(two).name, customer(two).note) == ('说"好"的', "http://x?a=1,2")
    assert "“姓名”是公式" in rejected(three).reason
    assert rejected(four).reason == "“备注”是错误值 #N/A"


def test_two_hundred_megabytes(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(b"PK\x03\x04" if name.endswith("xlsx") else "姓名,手机\n".encode())
            file.truncate(200 * 2**20)
        assert "200 MB" in refusal(path)


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (OLE, "旧版 .xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "网页"),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML 表格"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"", "空的"),
        (b"  \n ", "空的"),
        (b"PK\x03\x04 cut off", "文件坏了"),
        (bytes(range(256)) * 40, "编码"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["xlsx", "csv", "xls"])
def test_what_is_no_table(tmp_path: Path, ending: str, body: bytes, said: str) -> None:
    assert said in refusal(written(tmp_path / f"a.{ending}", body))


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("word/document.xml", "Word"),
        ("content.xml", "ods"),
        ("xl/workbook.bin", "xlsb"),
        ("订单.csv", "压缩包"),
    ],
)
def test_other_zips(tmp_path: Path, member: str, said: str) -> None:
    assert said in refusal(pack(tmp_path / "a.xlsx", {"[Content_Types].xml": "<Types/>", member: "x"}))


def test_the_content_counts_not_the_name(tmp_path: Path) -> None:
    assert customer(*records(book(tmp_path / "really-a-workbook.csv", ROWS))).name == "王姐"
    assert customer(*records(csv_file(tmp_path / "really-csv.xls", ROWS, "gbk"))).name == "王姐"


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    raw = bytearray(book(tmp_path / "a.xlsx", ROWS).read_bytes())
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1
    assert "密码" in refusal(written(tmp_path / "b.xlsx", bytes(raw)))


def test_a_workbook_that_breaks_off_yields_nothing(tmp_path: Path) -> None:
    files = parts({"a": [HEADERS, *(["王姐", f"138{n:08}"] for n in range(5000))]})
    cut = files["xl/worksheets/sheet1.xml"][:-20_000]
    assert "文件坏了" in refusal(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": cut}))


def test_nonsense_in_a_workbook(tmp_path: Path) -> None:
    files = parts({"a": ROWS})
    sheet = files["xl/worksheets/sheet1.xml"]
    for wrong in (
        sheet.replace("<v>0</v>", "<v>99</v>"),
        sheet.replace("<v>0</v>", "<v>-1</v>"),
        sheet[:50],
        "",
    ):
        assert refusal(pack(tmp_path / "a.xlsx", files | {"xl/worksheets/sheet1.xml": wrong}))
    del files["xl/worksheets/sheet1.xml"]
    assert "文件坏了" in refusal(pack(tmp_path / "a.xlsx", files))


def test_a_cell_too_long(tmp_path: Path) -> None:
    rows = [HEADERS, ["王" * (MAX_CELL + 1), "13812345678"]]
    assert "第 2 行有一格超过" in refusal(book(tmp_path / "a.xlsx", rows))
    assert "超过" in refusal(csv_file(tmp_path / "a.csv", rows))


def test_a_quotation_mark_without_its_partner(tmp_path: Path) -> None:
    body = '姓名,手机\n"王姐,13812345678\n李四,13812345679\n赵五,13812345670\n'.encode()
    assert "没配对的引号" in refusal(written(tmp_path / "a.csv", body))


def test_one_line_without_end(tmp_path: Path) -> None:
    assert "超过" in refusal(written(tmp_path / "a.csv", b"a" * 2**20))


def test_headers_that_nobody_knows(tmp_path: Path) -> None:
    said = refusal(csv_file(tmp_path / "a.csv", [["苹果", "香蕉"], ["1", "2"]]))
    assert said == (
        "没认出这张表的表头。第一行写的是：苹果、香蕉。客户表至少要有“姓名”“昵称”“电话”里的一列。订单表至少要有“订单号”一列。"
    )
    assert "订单表至少" in refusal(csv_file(tmp_path / "b.csv", ROWS), SheetKind.ORDERS)


def test_our_own_tables_that_are_only_for_looking(tmp_path: Path) -> None:
    headers = cut("编号,客户,订单号,商品,内容,步骤,开始时间,期限,结果")
    assert "投诉表" in refusal(csv_file(tmp_path / "a.csv", [headers, ["1"] * 9]))
    with pytest.raises(SheetFault, match="只能导入"):
        open_sheet(tmp_path / "a.csv", SheetKind.MESSAGES)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "打不开" in refusal(tmp_path / "nothing.xlsx")
    assert refusal(tmp_path)


def test_lost_digits_are_not_guessed(tmp_path: Path) -> None:
    rows = [
        ["订单号", "姓名", "手机", "金额"],
        [Number("1.93067985817064E+18"), "王姐", "", "5"],
        [Number("1930679858170640000"), "王姐", "", "5"],
        [Number("1930679858170647"), "李四", "1.38123E+10", "5"],
        ["1.23457E+15", "王姐", "", "5"],
    ]
    one, two, three, four = records(book(tmp_path / "a.xlsx", rows))
    for lost in (one, two, three, four):
        assert "科学计数" in rejected(lost).reason
    assert rejected(three).row == 4


def test_an_order_of_too_many_lines(tmp_path: Path) -> None:
    rows = [
        ["订单号", "商品", "姓名"],
        *(["A1", f"商品{n}", "王姐"] for n in range(1001)),
        ["A2", "面霜", "王姐"],
    ]
    one, two = records(csv_file(tmp_path / "a.csv", rows))
    assert "1001 行" in rejected(one).reason
    assert order(two).number == "A2"


def test_prefixes_and_inline_strings(tmp_path: Path) -> None:
    body = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>姓名</x:t></x:is></x:c>'
        '<x:c t="inlineStr"><x:is><x:r><x:t>手</x:t></x:r><x:r><x:t>机</x:t></x:r><x:rPh><x:t>ショウ</x:t></x:rPh></x:is></x:c></x:row>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>王_x000D_姐</x:t></x:is></x:c><x:c><x:v>13812345678</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    files = parts({"a": ROWS}) | {"xl/worksheets/sheet1.xml": body}
    found = customer(*records(pack(tmp_path / "a.xlsx", files)))
    assert (found.row, found.name, found.phone) == (2, "王 姐", "13812345678")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("王_xD800_姐", "王\ufffd姐"),
        ("_xDE00__xD83D_", "\ufffd\ufffd"),
        ("_xD83D__xDE00_", "\U0001f600"),
        ("_xD83D__x0000__xDE00_", "\U0001f600"),
        ("_xdfff_", "\ufffd"),
        ("_x0000_", ""),
        ("_x005F_x000D_", "_x000D_"),
        ("_xD80_ _xZZZZ_", "_xD80_ _xZZZZ_"),
    ],
)
def test_half_characters_are_replaced(written: str, read: str) -> None:
    assert unescaped(written) == read


@given(st.lists(st.integers(0, 0xFFFF).map("_x{:04X}_".format) | st.text(max_size=2)).map("".join))
def test_no_escape_makes_a_text_that_cannot_be_stored(text: str) -> None:
    unescaped(text).encode()


def test_zip64_of_java_programs(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts({"a": ROWS}).items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(text.encode())
    assert customer(*records(written(tmp_path / "a.xlsx", buffer.getvalue()))).name == "王姐"
    assert sheet_xml(ROWS, [])
