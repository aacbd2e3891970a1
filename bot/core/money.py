"""Money is Decimal yuan with two places, never float."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_AMOUNT = re.compile(r"^[¥￥]?\s*(\d{1,9}(?:,\d{3})*(?:\.\d{1,2})?)\s*(?:元|块|块钱|rmb)?$", re.IGNORECASE)


def parse_money(text: str) -> Decimal:
    """Read `129`, `¥1,299.00` or `１２９元`; raise ValueError for anything else."""
    match = _AMOUNT.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise ValueError(f"金额看不懂：{text}（例：129 或 129.50）")
    return Decimal(match[1].replace(",", "")).quantize(CENT, ROUND_HALF_UP)


def show_money(amount: Decimal) -> str:
    """`129元`, `129.5元`: as a shop writes a price."""
    plain = f"{amount.quantize(CENT, ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return f"{plain}元"
