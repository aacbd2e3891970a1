"""`huitouke import`, `export`, `erase` and `export-person` as people meet them."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from tests.program import huitouke
from tests.sheets.books import book, pack, parts
from tests.sheets.reading import csv_file
from tests.shop import copy_config, running

CUSTOMERS = [
    ["姓名", "电话", "肤质"],
    ["王姐", "13812345678", "干皮"],
    ["李四", "13812345", ""],
    ["王姐", "13812345678", "干皮"],
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path)


def _stored(config: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(config.parent / "data" / "huitouke.db") as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


def test_importing_exporting_and_importing_again(config: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "客户.csv", CUSTOMERS, "gbk")
    trial = huitouke("import", path, "--dry-run", "--json", "--config", config)
    assert trial.returncode == 0 and json.loads(trial.stdout)["created"] == 1
    assert _stored(config, "SELECT count(*) FROM customer") == [(0,)]
    done = huitouke("import", path, "--json", "--config", config)
    assert done.returncode == 0
    figures = json.loads(done.stdout)
    assert {key: figures[key] for key in ("read", "created", "merged", "unchanged")} == {
        "read": 3, "created": 1, "merged": 1, "unchanged": 0
    }  # fmt: skip
    assert figures["rejected"] == [{"row": 3, "reason": "“电话”：“13812345”不像电话号码（例：13812345678）"}]
    again = called("import", path, "--config", config)
    assert "新增 0，合并 0，没变 2，没导入 1" in again.stdout and "第 3 行没导入：" in again.stdout
    exported = called("export", tmp_path / "a.xlsx", "--config", config)
    assert exported.returncode == 0 and "1 行" in exported.stdout
    back = called("import", tmp_path / "a.xlsx", "--json", "--config", config)
    assert json.loads(back.stdout)["unchanged"] == 1
    assert back.stderr == ""


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def called(*arguments: object) -> Done:
    """As `huitouke`, without a process of its own; nothing may escape as an exception."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "none.csv"),
        ("import", "none.csv", "--kind", "messages"),
        ("import",),
        ("export", "a.pdf"),
        ("export", "a.csv", "--kind", "money"),
        ("export", "/nowhere/a.csv"),
    ],
)
def test_bad_usage(config: Path, arguments: tuple[str, ...]) -> None:
    done = called(*arguments, "--config", config)
    assert done.returncode == 2 and done.stderr.strip()


def _hostile(folder: Path) -> list[Path]:
    bomb = parts({"a": CUSTOMERS})["xl/worksheets/sheet1.xml"].replace(
        "</sheetData>", "<row/>" * 5_000_000 + "</sheetData>"
    )
    huge = folder / "huge.csv"
    with huge.open("wb") as file:
        file.write("姓名,电话\n".encode())
        file.truncate(200 * 2**20)
    (folder / "notes.docx").write_bytes(b"PK\x03\x04 not a workbook")
    (folder / "old.xls").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600)
    (folder / "broken.csv").write_text('姓名,电话\n"王姐,13812345678\n李四,13900000000\n', "utf-8")
    cut = book(folder / "cut.xlsx", CUSTOMERS).read_bytes()
    (folder / "cut.xlsx").write_bytes(cut[: len(cut) // 2])
    return [
        pack(folder / "bomb.xlsx", parts({"a": CUSTOMERS}) | {"xl/worksheets/sheet1.xml": bomb}),
        pack(folder / "macros.xlsm", parts({"a": CUSTOMERS}) | {"xl/vbaProject.bin": "macro"}),
        csv_file(folder / "wide.csv", [[f"列{n}" for n in range(1000)], ["x"] * 1000]),
        huge,
        folder / "notes.docx",
        folder / "old.xls",
        folder / "broken.csv",
        folder / "cut.xlsx",
        folder,
    ]


def test_hostile_files_get_one_clear_line_and_change_nothing(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for path in _hostile(folder):
        done = called("import", path, "--config", config)
        assert done.returncode == 2, (path, done)
        assert len(done.stderr.strip().splitlines()) == 1 and done.stdout == "", (path, done)
    assert not (config.parent / "data").exists()
    assert zipfile.is_zipfile(folder / "bomb.xlsx")


def test_a_database_that_is_none(config: Path, tmp_path: Path) -> None:
    (config.parent / "data").mkdir()
    (config.parent / "data" / "huitouke.db").write_text("not a database")
    path = csv_file(tmp_path / "a.csv", CUSTOMERS)
    for command in (("import", path), ("export", tmp_path / "b.csv"), ("erase", "王姐", "--yes")):
        done = called(*command, "--config", config)
        assert done.returncode == 1 and done.stderr.startswith("storage.url: ")


def test_one_person_is_handed_out_and_erased(config: Path, tmp_path: Path) -> None:
    rows = [
        ["姓名", "电话", "地址"],
        ["王姐", "13812345678", "杭州"],
        ["张伟", "13900000001", ""],
        ["张伟", "13900000002", ""],
    ]
    assert called("import", csv_file(tmp_path / "a.csv", rows), "--config", config).returncode == 0
    several = called("erase", "张伟", "--yes", "--config", config)
    assert several.returncode == 2 and "#2 张伟（13900000001）" in several.stderr
    nearly = called("erase", "王", "--yes", "--config", config)
    assert nearly.returncode == 2 and "没有人正好叫" in nearly.stderr
    nobody = called("erase", "赵五", "--yes", "--config", config)
    assert nobody.returncode == 1 and nobody.stderr.strip() == "没有找到“赵五”。"
    path = tmp_path / "王姐.json"
    assert called("export-person", "13812345678", path, "--config", config).returncode == 0
    found = json.loads(path.read_text("utf-8"))
    assert found["资料"][0]["address"] == "杭州"
    asked = called("erase", "王姐", "--config", config)
    assert asked.returncode == 1 and "不能恢复" in asked.stderr
    assert _stored(config, "SELECT name FROM customer WHERE id = 1") == [("王姐",)]
    done = called("erase", "#1", "--yes", "--config", config)
    assert (done.returncode, done.stdout.strip()) == (0, "#1 的资料删了。")
    with sqlite3.connect(config.parent / "data" / "huitouke.db") as database:
        kept = "\n".join(database.iterdump())
    database.close()
    assert "13812345678" not in kept and "王姐" not in kept and "杭州" not in kept
    assert "13900000001" in kept


def test_the_bot_answers_while_a_table_is_taken_in(config: Path, tmp_path: Path) -> None:
    orders = [[f"A{n}", f"客{n % 900}", f"13{n % 900:09}", "面霜", "129", "交易成功"] for n in range(6000)]
    path = csv_file(tmp_path / "订单.csv", [["订单号", "姓名", "手机", "商品", "金额", "状态"], *orders])
    with running(config) as shop:
        shop.say("alice", "在吗")
        done: list[object] = []
        thread = threading.Thread(
            target=lambda: done.append(
                json.loads(huitouke("import", path, "--json", "--config", config).stdout)
            )
        )
        thread.start()
        slowest, asked = 0.0, 0
        while thread.is_alive():
            began = time.monotonic()
            assert shop.say(f"buyer{asked}", "面霜多少钱")
            slowest, asked = max(slowest, time.monotonic() - began), asked + 1
        thread.join()
        assert done and done[0]["created"] == 6000  # type: ignore[index]
        assert asked > 3 and slowest < 10, (asked, slowest)  # the lock's own patience is 15 s
        assert "客1" in shop.say("seller", "客户 13000000001")[0]
    print(f"{asked} answers, the slowest after {slowest:.2f} s")  # noqa: T201
