"""The database → tables that sellers open in Excel: streamed a page at a time, of one moment."""

from storage.exporting.person import everything_about, people_named
from storage.exporting.tables import Table, table_of

__all__ = ["Table", "everything_about", "people_named", "table_of"]
