"""A gathered table → the database: who is who, what is new, what changes; in small transactions."""

from storage.importing.result import ImportResult, Note
from storage.importing.run import import_records

__all__ = ["ImportResult", "Note", "import_records"]
