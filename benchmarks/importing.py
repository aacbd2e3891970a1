"""Orders of a table taken in by `huitouke import`, values and all, beside merely reading its cells."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.configuration import load
from bot.importing import import_file
from storage.db import Database
from storage.migrate import migrate

ORDERS = 5_000
_HEADERS = (
    *(
        "订单编号",
        "买家会员名",
        "总金额",
        "买家实际支付金额",
        "订单状态",
        "买家留言",
        "收货人姓名",
        "收货地址",
    ),
    *("联系手机", "订单创建时间", "订单付款时间", "宝贝标题", "物流单号", "物流公司", "宝贝总数量"),
)


def measure(config: Path) -> dict[str, dict[str, Any]]:
    """Orders a second into a new SQLite file, and the ratio to `csv.reader` on the same file."""
    settings = load(config, {})
    with tempfile.TemporaryDirectory() as folder:
        path, url = Path(folder) / "orders.csv", f"sqlite:///{folder}/shop.db"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_HEADERS, *_rows()])
        migrate(url)
        began = time.perf_counter()
        result = import_file(path, settings, lambda: Database(url))
        ours = time.perf_counter() - began
        began = time.perf_counter()
        with path.open(encoding="utf-8-sig", newline="") as file:
            bare = sum(1 for _ in csv.reader(file)) / (time.perf_counter() - began)
    assert result.created == ORDERS
    figures = {
        "value": round(ORDERS / ours),
        "unit": "orders/s",
        "ratio_to_bare": round(ORDERS / ours / bare, 4),
        "bare": round(bare),
        "orders": ORDERS,
    }
    return {"importing": figures}


def _rows() -> Iterator[list[str]]:
    for n in range(ORDERS):
        buyer, day = n % (ORDERS // 3), f"2025-{n % 12 + 1:02}-{n % 28 + 1:02} 10:{n % 60:02}:00"
        yield [
            *(
                f"19306798{n:010}",
                f"买家{buyer}",
                "139.00",
                "129.00",
                "交易成功",
                "请尽快发货" if n % 7 else "",
            ),
            *(f"王小{buyer % 97}", f"浙江省 杭州市 西湖区 文三路{buyer}号", f"13{buyer:09}", day, day),
            *("玫瑰面霜 50ml" if n % 2 else "洁面乳 100g", f"YT{n:012}", "圆通速递", "1"),
        ]
