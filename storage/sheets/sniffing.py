"""What a file is by its first bytes, whatever its name says; what is no table is refused with advice."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from storage.sheets.limits import MAX_FILE, SheetFault, mib

HEAD = 4096
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_UTF16_NAME = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "用 Excel 或 WPS 打开，另存为 .xlsx 再试。"
_NO_TABLE = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"SQLite format 3", "数据库"),
)


class Form(StrEnum):
    """How a file is to be read."""

    XLSX = "xlsx"
    CSV = "csv"


def form_of(path: Path) -> Form:
    """How to read `path`; SheetFault if it is not there, too large, or no table that can be read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise SheetFault(f"{path.name} 不是文件。")
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as refused:
        raise SheetFault(f"打不开 {path.name}：{refused.strerror}。") from refused
    if size > MAX_FILE:
        raise SheetFault(f"文件有 {mib(size)}，最多 {mib(MAX_FILE)}。请按时间分几次导出，再一个一个导入。")
    if not head.strip():
        raise SheetFault(f"{path.name} 是空的。")
    if head.startswith(_OLE):
        raise _old_or_locked(path)
    return _zip_or_text(path, head)


def _zip_or_text(path: Path, head: bytes) -> Form:
    if head.startswith(b"PK"):
        return Form.XLSX
    for magic, name in _NO_TABLE:
        if head.startswith(magic):
            raise SheetFault(f"{path.name} 其实是{name}，不是表格。请选 .xlsx 或 .csv 文件。")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<?xml") and b"spreadsheet" in text:
        raise SheetFault(f"{path.name} 是 XML 表格，请{_SAVE_AS}")
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<div", b"<?xml", b"<head", b"<style")):
        raise SheetFault(f"{path.name} 其实是网页（有的后台导出的 .xls 就是这样），请{_SAVE_AS}")
    return Form.CSV


def _old_or_locked(path: Path) -> SheetFault:
    """.xls and a workbook with a password share their first bytes; the latter names its content."""
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            if _UTF16_NAME in chunk:
                return SheetFault(f"{path.name} 设了打开密码。请用 Excel 或 WPS 去掉密码，另存后再试。")
    return SheetFault(f"这是旧版 .xls，{_SAVE_AS}")
