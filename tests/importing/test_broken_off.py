"""An import that is killed is finished by importing again; what a dry run or a refused file leaves is nothing."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.importing import import_file
from storage.db import Database
from storage.sheets import SheetFault, SheetKind
from tests.importing.shop import Shop
from tests.program import Program, huitouke
from tests.sheets.books import book
from tests.sheets.reading import csv_file
from tests.shop import copy_config

HEADERS = ["订单号", "姓名", "手机", "商品", "金额", "下单时间", "状态", "快递单号", "组"]


def _orders(count: int) -> list[list[str]]:
    rows = []
    for n in range(count):
        buyer = n % (count // 3)
        day = f"2026-0{n % 9 + 1}-1{n % 10}"
        number, parcel = f"A{n}", f"YT{n:012}"
        rows.append(
            [number, f"客{buyer}", f"13{buyer:09}", "面霜", "129", day, "交易成功", parcel, str(n % 7)]
        )
    return rows


def _content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything on record but the moments at which it was written."""
    moments = ("first_at", "last_at", "at", "valued_at", "look_again_on")
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: sorted(
                (tuple((k, row[k]) for k in row.keys() if k not in moments and k != "id"))  # noqa: SIM118
                for row in database.execute(f'SELECT * FROM "{name}"')
            )
            for name in names
        }
    database.close()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def test_killed_in_the_middle_and_once_more_is_as_once(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "订单.csv", [HEADERS, *_orders(4500)])
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    configs = []
    for folder in (whole, broken):
        folder.mkdir()
        configs.append(copy_config(folder))
    assert huitouke("import", path, "--config", configs[0]).returncode == 0
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    database = broken / "data" / "huitouke.db"
    kills = 0
    for wanted in random.Random(seed).sample(range(1, 4500), 3):
        process = Program("import", path, "--config", configs[1])
        while process.poll() is None and _count(database) < wanted:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        if process.poll() is None:
            process.kill()
            kills += 1
        process.ended(15)
    assert kills
    done = huitouke("import", path, "--json", "--config", configs[1])
    assert done.returncode == 0
    assert _content(database) == _content(whole / "data" / "huitouke.db")


def _count(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
            (count,) = reading.execute("SELECT count(*) FROM shop_order").fetchone()
        reading.close()
    except sqlite3.Error:
        return 0
    return int(count)


def test_a_dry_run_changes_nothing(shop: Shop) -> None:
    shop.take_rows(["姓名", "手机", "组"], ["客1", "13000000001", "旧"], ["客2", "13000000002", "旧"])
    shop.take_rows(HEADERS, *_orders(90)[:30])
    before = shop.everything()
    trial = shop.take_rows(HEADERS, *_orders(900), dry_run=True)
    assert (trial.created, trial.unchanged) == (
        870 + 27,
        0,
    ) or trial.created + trial.unchanged + trial.merged == 900
    assert shop.everything() == before
    assert shop.take_rows(HEADERS, *_orders(900)).as_json() == trial.as_json()


def test_a_file_that_breaks_off_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"客{n},13{n:09}\n" for n in range(2000))
    path.write_text(f'姓名,电话\n{rows}"没有\n配对,1\n', "utf-8")
    before = shop.everything()
    for kind in (None, SheetKind.CUSTOMERS):
        with pytest.raises(SheetFault):
            import_file(path, shop.settings, lambda: Database(shop.url), kind=kind)
    assert shop.everything() == before


def test_two_imports_at_once(shop: Shop, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "订单.csv", [HEADERS, *_orders(1500)])
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(shop.take(path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert sum(one.created for one in results) == 1500
    assert len(shop.customers()) == 500 and len(shop.orders()) == 1500


def test_own_columns_are_shown_while_it_works(small_shop: Shop) -> None:
    told: list[float] = []
    small_shop.take_rows(HEADERS, *_orders(1500), told=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 5


def test_half_characters_and_the_year_one(shop: Shop, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["姓名", "手机"], ["王_xD800_姐", "13812345678"]])
    assert shop.take(path).created == 1
    assert [customer["name"] for customer in shop.customers()] == ["王\ufffd姐"]
    headers = ["订单号", "姓名", "下单时间"]
    result = shop.take_rows(headers, ["A1", "王姐", "0001-01-01 00:00"], ["A2", "王姐", "9999-12-31 23:59"])
    assert [one.reason for one in result.rejected] == ["时间 0001-01-01 不对", "时间 9999-12-31 不对"]
    assert shop.orders() == [] and len(shop.customers()) == 1
