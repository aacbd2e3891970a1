"""The zip around a workbook: looked over before anything in it is unpacked."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.sheets.limits import MAX_DIRECTORY, MAX_RATIO, MAX_UNPACKED, RATIO_FROM, SheetFault, mib

_END = b"PK\x05\x06"
_END_SIZE = 22
_END64 = b"PK\x06\x06"
_END64_SIZE = 56
_LOCATOR_SIZE = 20
_TAIL = 2**16 + _END_SIZE
DAMAGED = "文件坏了，读不完整。请重新导出或下载一次；还不行就用 Excel 或 WPS 打开，另存为 .xlsx 再试。"
_OTHERS = (
    ("word/", "Word 文档"),
    ("ppt/", "幻灯片"),
    ("xl/workbook.bin", "二进制格式的 .xlsb"),
    ("content.xml", "WPS 或 LibreOffice 的 .ods"),
    ("Index/", "苹果 Numbers 表格"),
)


@contextmanager
def damage_named() -> Iterator[None]:
    """Whatever the standard library says of a broken zip or XML becomes one sentence for the seller."""
    try:
        yield
    except (SheetFault, GeneratorExit, MemoryError):
        raise
    except Exception as broken:  # zipfile, zlib, expat, struct, int(): each has errors of its own
        raise SheetFault(DAMAGED) from broken


def open_package(path: Path) -> zipfile.ZipFile:
    """The archive, if its sizes are a workbook's and it holds neither macros nor passwords."""
    with damage_named():
        _check_directory(path)
        archive = zipfile.ZipFile(path)
    try:
        _check_members(path, archive)
    except SheetFault:
        archive.close()
        raise
    return archive


def _check_directory(path: Path) -> None:
    """zipfile reads the table of contents whole, so its size is looked at first."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise SheetFault(DAMAGED)
    claimed = struct.unpack_from("<L", tail, at + 12)[0]
    at64 = at - _LOCATOR_SIZE - _END64_SIZE
    if at64 >= 0 and tail[at64 : at64 + 4] == _END64:
        claimed = struct.unpack_from("<Q", tail, at64 + 40)[0]
    if claimed > MAX_DIRECTORY:
        raise SheetFault(f"{path.name} 里的文件太多，不是正常的表格，没有读。")


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if any(member.flag_bits & 1 for member in members):
        raise SheetFault(f"{path.name} 设了密码。请去掉密码，另存后再试。")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise SheetFault(f"{path.name} 带宏。为了安全不读带宏的文件，请另存为不带宏的 .xlsx 再试。")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _not_a_workbook(path, names)
    for prefix, name in _OTHERS[2:3]:
        if prefix in names:
            raise SheetFault(f"{path.name} 是{name}，请另存为 .xlsx 再试。")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise SheetFault(
            f"{path.name} 解开有 {mib(unpacked)}，最多 {mib(MAX_UNPACKED)}，没有读。请分几次导出。"
        )
    # both together and each alone: a bomb beside a large picture is still a bomb
    for large, small in ((unpacked, packed), *((m.file_size, m.compress_size) for m in members)):
        if large > RATIO_FROM and large > MAX_RATIO * max(small, 1):
            raise SheetFault(
                f"{path.name} 压缩得不正常（像压缩炸弹），没有读。请用 Excel 或 WPS 另存一份再试。"
            )


def _not_a_workbook(path: Path, names: list[str]) -> SheetFault:
    for prefix, name in _OTHERS:
        if any(member.startswith(prefix) for member in names):
            return SheetFault(f"{path.name} 是{name}，请用 Excel 或 WPS 另存为 .xlsx 再试。")
    return SheetFault(f"{path.name} 是压缩包，请解开，选里面的 .xlsx 或 .csv 文件。")


def member(archive: zipfile.ZipFile, name: str) -> IO[bytes] | None:
    """A file of the archive, or None."""
    try:
        return archive.open(name)
    except KeyError:
        return None
