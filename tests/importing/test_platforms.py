"""Each platform's export into each database, twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

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
