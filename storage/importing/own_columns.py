"""The seller's own columns: kept as they are, in the order in which they stood (hate 20, data locked in)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from storage.sheets import COLUMNS, SheetKind
from storage.sheets.cells import BROKEN, UNCALCULATED
from storage.state import read_state, write_state

BY_ITSELF = "（自动）"
NUMBER, ITEM_PRICE = f"编号{BY_ITSELF}", f"单价{BY_ITSELF}"
REFUNDED = f"已退金额{BY_ITSELF}"
SHIPPED_AT, SIGNED_AT = f"发货时间{BY_ITSELF}", f"签收时间{BY_ITSELF}"
FURTHER = {
    SheetKind.CUSTOMERS: (
        NUMBER,
        *(f"{name}{BY_ITSELF}" for name in ("来源", "首次时间", "订单数", "消费金额", "积分")),
        *(f"{name}{BY_ITSELF}" for name in ("停推送时间", "退订时间", "别的叫法")),
    ),
    SheetKind.ORDERS: (
        *(f"行{BY_ITSELF}", ITEM_PRICE, SHIPPED_AT, SIGNED_AT),
        *(REFUNDED, f"来源{BY_ITSELF}"),
    ),
}
"""What an export writes behind the contract's columns; nobody fills them in, an import passes them over."""

TOGETHER = "；"
"""Between the texts of several lines in one cell."""


def own_name(kind: SheetKind, header: str) -> str:
    """The seller's header, told apart from ours of the same name as `storage.sheets` does: 备注 (2)."""
    if header.startswith(BROKEN):  # a formula: what it would say nobody has calculated
        header = header.removeprefix(UNCALCULATED).removeprefix(BROKEN) or UNCALCULATED.removeprefix(BROKEN)
    return f"{header} (2)" if header in COLUMNS[kind] else header


def loaded(text: str) -> dict[str, str]:
    """A row's own columns as they are stored."""
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def dumped(extra: dict[str, str]) -> str:
    """The same, to be stored; empty for none."""
    return json.dumps(extra, ensure_ascii=False, separators=(",", ":")) if extra else ""


def _state(kind: SheetKind) -> str:
    return f"own_columns:{kind.value}"


def read_columns(connection: Connection, kind: SheetKind) -> list[str]:
    """The seller's own headers, in their order."""
    found: list[str] = json.loads(read_state(connection, _state(kind)) or "[]")
    return found


class OwnColumns:
    """The headers that a file brings; those that are new come behind those that are known."""

    def __init__(self, kind: SheetKind, headers: Sequence[str]) -> None:
        """headers: the file's own ones, as `own_name` calls them."""
        self._kind = kind
        self._seen = dict.fromkeys(headers)

    def seen(self, headers: Iterable[str]) -> None:
        """Columns without a header among others."""
        self._seen.update(dict.fromkeys(headers))

    def keep(self, connection: Connection) -> None:
        """Put the order on record, if there is anything new in it."""
        known = read_columns(connection, self._kind)
        if new := [header for header in self._seen if header not in set(known)]:
            text = json.dumps([*known, *new], ensure_ascii=False)
            write_state(connection, _state(self._kind), text)
