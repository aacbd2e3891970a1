"""Tables that sellers have: .xlsx and .csv in and out, without a database.

In: `open_sheet` → `gather` → customers, orders and rejections. Out: `write_sheet`. Neither keeps more in
memory than a few rows, whatever the file.
"""

from storage.sheets.columns import COLUMNS, SheetKind
from storage.sheets.gathering import Gathered, gather
from storage.sheets.headers import Layout
from storage.sheets.limits import SheetFault
from storage.sheets.reading import Sheet, open_sheet
from storage.sheets.records import (
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    ParcelRecord,
    Record,
    Rejected,
)
from storage.sheets.writing import write_sheet

__all__ = [
    "COLUMNS",
    "CustomerRecord",
    "Gathered",
    "ItemRecord",
    "Layout",
    "OrderRecord",
    "ParcelRecord",
    "Record",
    "Rejected",
    "Sheet",
    "SheetFault",
    "SheetKind",
    "gather",
    "open_sheet",
    "write_sheet",
]
