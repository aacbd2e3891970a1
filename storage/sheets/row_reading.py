"""One row → a record, column by column; what no field takes stays the seller's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TypeVar

from bot.core.customer import OrderStatus
from storage.sheets.cells import BROKEN, UNCALCULATED
from storage.sheets.header_names import Field
from storage.sheets.headers import Layout
from storage.sheets.moments import birthday, moment
from storage.sheets.order_words import courier_name, given_back, only_asked_for, order_status
from storage.sheets.reading import Row
from storage.sheets.records import CustomerRecord, Extra, OrderLine, Rejected
from storage.sheets.values import (
    blank,
    has_unread_waybill,
    hidden,
    is_mobile,
    money,
    phone,
    pieces,
    recipient,
    sent_back,
    waybills,
    whole_address,
    whole_number,
    words,
)

T = TypeVar("T")
_TAGS = re.compile(r"[,，、;；|/\s]+")
_SUMS = frozenset(("合计", "总计", "小计", "汇总", "总和", "合计:", "合计："))
_UNREAD_PARCEL = "“{}”里有看不懂的单号，没记成包裹；原文留在订单自己的列里"
_REGION = (Field.PROVINCE, Field.CITY, Field.DISTRICT, Field.TOWN)


class Unreadable(Exception):
    """A cell that is wrong; the text names its column, for the seller."""


def _as_written(text: str) -> str:
    """A cell's text, a formula's own where its result is unknown; empty for an error value."""
    if text.startswith(UNCALCULATED):
        return text.removeprefix(UNCALCULATED)
    return "" if text[:1] == BROKEN else text


class _Cells:
    """A row being read: gives each field its value and remembers which columns are used up."""

    def __init__(self, layout: Layout, row: Row) -> None:
        self.layout, self.cells, self.row = layout, row.cells, row.number
        self.used: set[int] = set()

    def take(self, field: Field, level: Callable[[str], T | None]) -> T | None:
        """The first of the field's columns that says something usable; Unreadable for a wrong one."""
        cells = self.cells
        for column in self.layout.columns.get(field, ()):
            text = cells[column] if column < len(cells) else ""
            if not text or blank(text):
                continue
            if text[0] == BROKEN:
                if field is not Field.NOTE or not text.startswith(UNCALCULATED):
                    raise Unreadable(self._broken(column, text))
                text = _as_written(text)
            try:
                value = level(text)
            except ValueError as wrong:
                raise Unreadable(f"“{self.layout.headers[column]}”：{wrong}") from None
            if value is not None:
                self.used.add(column)
                return value
        return None

    def _broken(self, column: int, text: str) -> str:
        header = self.layout.headers[column]
        if text.startswith(UNCALCULATED):
            return f"“{header}”是公式，没有算好的结果；请在 Excel 里打开，保存一次再导入"
        return f"“{header}”是错误值 {text[1:]}"

    def text(self, field: Field) -> str:
        """A field's words, on one line; empty if it says none."""
        return self.take(field, words) or ""

    def masked(self, *fields: Field) -> tuple[str, ...]:
        """The headers of those fields' columns that the platform has masked."""
        columns = (column for field in fields for column in self.layout.columns.get(field, ()))
        found = (c for c in columns if c < len(self.cells) and hidden(self.cells[c]))
        return tuple(self.layout.headers[column] for column in found)

    def unread_parcels(self) -> tuple[str, ...]:
        """What to tell the seller of tracking numbers that are none; their columns count as not used."""
        columns = self.layout.columns.get(Field.TRACKING, ())
        texts = [(c, self.cells[c]) for c in columns if c < len(self.cells) and self.cells[c][:1] != BROKEN]
        unread = [c for c, text in texts if not blank(text) and has_unread_waybill(text)]
        self.used -= set(unread)
        return tuple(_UNREAD_PARCEL.format(self.layout.headers[c]) for c in unread)

    def rest(self) -> Extra:
        """What no field took, in the order of the columns; a formula without its result as it is written."""
        headers, used = self.layout.headers, self.used
        return tuple(
            ((headers[column] if column < len(headers) else "") or f"第{column + 1}列", text)
            for column, cell in enumerate(self.cells)
            if column not in used and (text := _as_written(cell)) and not text.isspace()
        )


class RowReader:
    """Reads the rows of one table; `zone` is the shop's."""

    def __init__(self, layout: Layout, zone: tzinfo, date1904: bool = False) -> None:
        self._layout, self._zone, self._date1904 = layout, zone, date1904
        self._phones = len(layout.columns.get(Field.PHONE, ())) > 1

    def customer(self, row: Row) -> CustomerRecord | Rejected:
        """The row as a customer; rejected if a cell is wrong or it is nobody."""
        cells = _Cells(self._layout, row)
        try:
            if _is_sum(row.cells, self._layout, (Field.NAME, Field.NICKNAME, Field.PHONE)):
                return Rejected(row.number, "合计行，不是客户")
            found = self._person(cells, all_fields=True)
        except Unreadable as wrong:
            return Rejected(row.number, str(wrong))
        return Rejected(row.number, found.nobody) if found.nobody else found

    def _person(self, cells: _Cells, *, all_fields: bool) -> CustomerRecord:
        name, nickname, number = cells.text(Field.NAME), cells.text(Field.NICKNAME), self._phone(cells)
        if not number and is_mobile(nickname):  # 微店's 下单账号 is mostly a phone number
            number, nickname = nickname, ""
        address = self._address(cells)
        if whole := recipient(address):
            name, number, address = name or whole[0], number or phone(whole[1]) or "", whole[2]
        born = cells.take(Field.BIRTHDAY, lambda text: birthday(text, date1904=self._date1904))
        born = born or cells.take(Field.LUNAR_BIRTHDAY, lambda text: birthday(text, lunar=True))
        return CustomerRecord(
            cells.row,
            name=name,
            nickname=nickname,
            phone=number,
            address=address,
            birthday=born or "",
            account=cells.text(Field.ACCOUNT),
            external_id=cells.text(Field.EXTERNAL_ID),
            tags=tuple(dict.fromkeys(t for t in _TAGS.split(cells.text(Field.TAGS)) if t)),
            tier=cells.text(Field.TIER),
            stage=cells.text(Field.STAGE),
            note=cells.take(Field.NOTE, str.strip) or "",
            withheld=()
            if name or nickname or number
            else cells.masked(Field.NAME, Field.NICKNAME, Field.PHONE),
            extra=cells.rest() if all_fields else (),  # last: what the fields above have left
        )

    def _phone(self, cells: _Cells) -> str:
        """Of several columns the first with a mobile: the landline before it is rarely answered."""
        if self._phones:
            mobile = cells.take(Field.PHONE, lambda t: n if (n := phone(t)) and is_mobile(n) else None)
            if mobile:
                return mobile
        return cells.take(Field.PHONE, phone) or ""

    def _address(self, cells: _Cells) -> str:
        parts = [cells.text(field) for field in _REGION]
        detail = cells.text(Field.ADDRESS)
        return whole_address(parts, detail) if any(parts) else detail

    def number(self, row: Row) -> str:
        """The row's order number; empty if it has none. Unreadable if Excel has lost its digits."""
        return _Cells(self._layout, row).take(Field.NUMBER, _number) or ""

    def line(self, row: Row, number: str) -> OrderLine | Rejected:
        """The row as a line of order `number`; rejected if a cell is wrong."""
        cells = _Cells(self._layout, row)
        try:
            cells.take(Field.NUMBER, _number)
            return self._line(cells, number)
        except Unreadable as wrong:
            return Rejected(row.number, str(wrong))

    def _line(self, cells: _Cells, number: str) -> OrderLine:
        person = self._person(cells, all_fields=False)
        tracking = cells.take(Field.TRACKING, waybills) or ()
        return OrderLine(
            cells.row,
            number,
            person,
            product=cells.take(Field.PRODUCT, lambda text: " ".join(text.split())) or "",
            quantity=cells.take(Field.QUANTITY, pieces) or 1,
            price=self._money(cells, Field.PRICE),
            total=self._money(cells, Field.TOTAL),
            line_total=self._money(cells, Field.LINE_TOTAL),
            created_at=self._moment(cells, Field.CREATED),
            paid_at=self._moment(cells, Field.PAID),
            shipped_at=self._moment(cells, Field.SHIPPED),
            signed_at=self._moment(cells, Field.SIGNED),
            status=_status(cells),
            courier=cells.take(Field.COURIER, courier_name) or "",
            tracking=tracking,
            refunded=_refunded(cells),
            notes=cells.unread_parcels(),
            extra=cells.rest(),  # last: what the fields above have left
        )

    def _moment(self, cells: _Cells, field: Field) -> datetime | None:
        return cells.take(field, lambda text: moment(text, self._zone, self._date1904))

    def _money(self, cells: _Cells, field: Field) -> Decimal | None:
        return cells.take(field, money)


def _number(text: str) -> str | None:
    return None if hidden(text) else "".join(whole_number(text).split())


def _status(cells: _Cells) -> OrderStatus | None:
    """The order's state; money given back outweighs it. A word that we do not know stays the seller's."""
    status = cells.take(Field.STATUS, order_status)
    back = cells.take(Field.REFUND, lambda text: given_back(text) or None)
    return OrderStatus.REFUNDED if back else status


def _refunded(cells: _Cells) -> Decimal | None:
    """What went back; not what is only asked for."""
    asked = cells.take(Field.REFUND, lambda text: only_asked_for(text) or None)
    asked = asked or cells.take(Field.STATUS, lambda text: "退款中" in text or None)
    return None if asked else cells.take(Field.REFUNDED, sent_back)


def _is_sum(texts: Sequence[str], layout: Layout, fields: Sequence[Field]) -> bool:
    columns = {column for field in fields for column in layout.columns.get(field, ())[:1]} | {0}
    return any(column < len(texts) and texts[column].strip() in _SUMS for column in columns)


def is_sum_of_orders(row: Row, layout: Layout) -> bool:
    """Whether the row adds up the rows above it."""
    return _is_sum(row.cells, layout, (Field.NUMBER, Field.NAME, Field.PRODUCT))
