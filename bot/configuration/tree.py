"""A file → its YAML 1.2 tree; what cannot be one says why, without quoting the file (it holds secrets)."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

_DIRECTIVE = re.compile(r"^%(?:YAML|TAG)\b", re.MULTILINE)

_SYNTAX = {
    "mapping values are not allowed": "这里不该有冒号：检查上一行和缩进；文字里的“: ”要加引号",
    "found character '\\t'": "用了 Tab；缩进只能用空格",
    "found character": "这个符号不能放在开头；文字请加引号",
    "found unexpected end of stream": "引号没有关上",
    "found unexpected document separator": "引号没有关上",
    "found unknown escape character": "双引号里的 \\ 写法不对；改用单引号",
    "found undefined alias": "* 开头会被当成引用；文字请加引号",
    "but found another document": "只能有一份内容，去掉多出来的 ---",
    "could not find expected ':'": "少了冒号（冒号后面要有空格）",
    "expected <block end>": "缩进没有对齐，或者同一层混用了列表和键",
    "expected '<document start>'": "缩进没有对齐：最外层的键要顶格写",
    "expected ',' or": "方括号或花括号没有关上，或者少了逗号",
}


class Unreadable(Exception):
    """A file that cannot be read as configuration at all; the words say why."""


class Absent(Unreadable):
    """There is no such file."""


def text_of(path: Path) -> str:
    """The file's text, which must be UTF-8, with or without a BOM."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("不是 UTF-8 编码；用编辑器另存为 UTF-8") from None
    except (FileNotFoundError, NotADirectoryError):
        raise Absent("没有这个文件") from None
    except IsADirectoryError:
        raise Unreadable("这是一个文件夹，要的是文件") from None
    except PermissionError:
        # Windows says this of a folder too
        raise Unreadable("这是一个文件夹，要的是文件" if path.is_dir() else "没有权限读这个文件") from None
    except (OSError, ValueError):
        raise Unreadable("这个文件读不出来") from None


def composed(text: str) -> Node | None:
    """The tree of the one document in `text`; None if there is none."""
    if directive := _DIRECTIVE.search(text):
        raise Unreadable(f"第 {text.count(chr(10), 0, directive.start()) + 1} 行：去掉 %YAML 或 %TAG 这一行")
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    try:
        root: Node | None = yaml.compose(text)
    except ReaderError as bad:
        line = text.count("\n", 0, bad.position) + 1
        raise Unreadable(f"第 {line} 行有看不见的控制字符，请删掉") from None
    except YAMLError as bad:
        raise Unreadable(_syntax(bad)) from None
    return root


def _syntax(bad: YAMLError) -> str:
    mark = bad.problem_mark if isinstance(bad, MarkedYAMLError) else None
    problem = str(bad.problem) if isinstance(bad, MarkedYAMLError) else ""
    why = next(
        (words for start, words in _SYNTAX.items() if problem.startswith(start)),
        "YAML 写法有错，检查缩进、冒号和引号",
    )
    return why if mark is None else f"第 {mark.line + 1} 行第 {mark.column + 1} 列：{why}"
