"""The configuration's files → plain data, with the place of every value and every fault found on the way."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.configuration.faults import ConfigurationFaults, one_line, shown
from bot.configuration.tree import Absent, Unreadable, composed, text_of
from bot.core.settings import Place, dotted

Line = tuple[int, int]
"""Which of the files, and the line in it; (0, 0) is nowhere."""

NODES = 200_000
"""Values of one configuration at most: a few lines of nested aliases could otherwise mean billions."""

SECRET_LENGTH = 4
"""Shorter values from the environment are not hidden in messages: they would blot out ordinary words."""

_TAG = "tag:yaml.org,2002:"
_VARIABLE = re.compile(
    r"\$\$\{|\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>(?:(?!\$\{)[^}])*))?\}|\$\{", re.ASCII
)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")


class Reader:
    """YAML files → plain data, with the place of every value and every fault found on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.missing: set[Place] = set()
        self._variables: dict[str, str] = {}
        self._secrets: set[str] = set()
        self._files = [path]
        self._file = 0
        self._lines: dict[Place, Line] = {}
        self._faults: list[tuple[Line, str]] = []
        self._left = NODES
        self._open: set[int] = set()

    # --- what was found -------------------------------------------------------------------------------

    def fault(self, place: Place, why: str, at: Line | None = None) -> None:
        """Note that `place` is wrong; without `at` the line is that of the nearest value that is there."""
        if at is None:
            at = next(
                (self._lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._lines), (0, 0)
            )
        file, line = at
        where = f"第 {line} 行" if file == 0 else f"{self.hidden(self._files[file].name)} 第 {line} 行"
        path = dotted(tuple(shown(part) if isinstance(part, str) else part for part in place))
        self._faults.append((at, one_line(f"{path}: {why}") + (f"（{where}）" if line else "")))

    def report(self) -> list[str]:
        """The faults in the order of the files' lines, each once."""
        return list(dict.fromkeys(text for _, text in sorted(self._faults, key=lambda fault: fault[0])))

    @property
    def sound(self) -> bool:
        """Nothing wrong so far."""
        return not self._faults

    def hidden(self, words: str) -> str:
        """`words` without any value that came from the environment, nor its beginning."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            words = words.replace(secret, "***").replace(secret[:40], "***")
        return words

    # --- the environment ------------------------------------------------------------------------------

    def read_environment(self, environ: Mapping[str, str]) -> None:
        """Take the variables of `.env`, then those of `environ` over them."""
        self._variables = {**self._beside(), **environ}

    def _beside(self) -> dict[str, str]:
        try:
            text = text_of(self.path.parent / ".env")
        except Absent:
            return {}
        except Unreadable as unreadable:
            self.fault((".env",), str(unreadable))
            return {}
        found: dict[str, str] = {}
        # the parser instead of dotenv_values: that one only logs a line that it cannot read
        for binding in parse_stream(io.StringIO(text)):
            if binding.error:
                self.fault((".env",), f"第 {binding.original.line} 行看不懂；要写成 名字=值")
            elif binding.key is not None and binding.value is not None:
                found[binding.key] = binding.value
        return found

    def _expanded(self, text: str, place: Place) -> str:
        """`text` with its variables; `$${` stands for `${` itself."""

        def value(match: re.Match[str]) -> str:
            name, default = match["name"], match["default"]
            if match[0] == "$${":
                return "${"
            if name is None:
                self._lack(place, "${ 后面要写环境变量的名字，例如 ${OA_SECRET}；要写 ${ 本身就写 $${")
                return ""
            known = self._variables.get(name)
            if known is None and default is None:
                self._lack(place, f"环境变量 {name} 没有设置；请写进配置旁边的 .env，或者先设置再启动")
                return ""
            if known is None or (known == "" and default is not None):
                return str(default)
            if len(known) >= SECRET_LENGTH:
                self._secrets.add(known)
            return known

        whole = _whole(_VARIABLE.sub(value, text))
        if whole is None:
            self._lack(place, "里面有不能用的字符，请重新输入")
        return whole or ""

    def _lack(self, place: Place, why: str) -> None:
        self.missing.add(place)
        self.fault(place, why)

    # --- the files ------------------------------------------------------------------------------------

    def read_blocks(self) -> dict[str, Any]:
        """The data of the file and of the files that it includes, block by block."""
        data = {block: self._value(node, (block,)) for block, node, _ in self._blocks(0)}
        include = data.pop("include", [])
        if not isinstance(include, list) or not all(isinstance(name, str) and name for name in include):
            self.fault(("include",), "要写成文件名的列表，例如 [products.yaml]")
            include = []
        for n, name in enumerate(include):
            self._include(name, ("include", n), data)
        return data

    def _include(self, name: str, place: Place, data: dict[str, Any]) -> None:
        self._files.append(self.path.parent / name)
        self._file = len(self._files) - 1
        for block, node, at in self._blocks(self._file, place):
            if block == "include":
                self.fault((block,), "被包含的文件里不能再写 include", at)
            elif block in data:
                self.fault((block,), "这一块在别的文件里已经有了；同一块只能写在一个文件里", at)
            else:
                data[block] = self._value(node, (block,))

    def _blocks(self, file: int, included_at: Place = ()) -> Iterator[tuple[str, Node, Line]]:
        """The top-level blocks of one file; a file that cannot be read is a fault and has none."""
        path = self._files[file]
        try:
            root = composed(text_of(path))
        except Unreadable as unreadable:
            words = str(unreadable)
        else:
            if isinstance(root, MappingNode) and root.tag == f"{_TAG}map":
                yield from self._pairs(root, ())
                return
            words = "文件是空的" if root is None else "最外层要写成“键: 值”，例如 shop: 换行再写 name: …"
        if included_at:
            self.fault(included_at, words)
            return
        raise ConfigurationFaults([one_line(f"{path}: {words}"), *self.report()])

    def _pairs(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Node, Line]]:
        """Key, value and line of every entry; keys are always text: `on`, `no` and `10` stay as written."""
        first: dict[str, int] = {}
        for key_node, value in node.value:
            at = self._at(key_node)
            if not isinstance(key_node, ScalarNode):
                self.fault(place or ("?",), "键要写成文字", at)
                continue
            key = _whole(str(key_node.value))
            if key is None:
                self.fault(place or ("?",), "这个键里有不能用的字符", at)
            elif key in first:
                self.fault((*place, key), f"这个键重复了，第 {first[key]} 行已经有了；只留一个", at)
            else:
                first[key] = at[1]
                self._lines.setdefault((*place, key), at)
                yield key, value, at

    def _at(self, node: Node) -> Line:
        return self._file, node.start_mark.line + 1

    def _value(self, node: Node, place: Place) -> Any:
        self._lines.setdefault(place, self._at(node))
        self._left -= 1
        if self._left < 0:
            raise ConfigurationFaults([f"{self.path}: 内容太多（超过 {NODES} 个值），检查 & 和 * 的引用"])
        if isinstance(node, ScalarNode):
            return self._scalar(node, place)
        if id(node) in self._open:
            self.fault(place, "引用了自己；去掉这个 * 引用")
            return None
        self._open.add(id(node))
        try:
            return self._collection(node, place)
        finally:
            self._open.discard(id(node))

    def _collection(self, node: Node, place: Place) -> Any:
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self._value(item, (*place, n)) for n, item in enumerate(node.value)]
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return {key: self._value(value, (*place, key)) for key, value, _ in self._pairs(node, place)}
        self._lack(place, "不支持 ! 开头的标签，请去掉")
        return None

    def _scalar(self, node: ScalarNode, place: Place) -> Any:
        """The value by YAML 1.2's core rules; what only looks like a number or a date stays text."""
        text = str(node.value)
        match str(node.tag).removeprefix(_TAG):
            case "null":
                return None
            case "bool" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "int" if _INTEGER.fullmatch(text):
                return int(text, 0)
            case "float":
                return _float(text)
            case "str" | "bool" | "int" | "timestamp":
                return self._expanded(text, place)
        self._lack(place, "不支持 ! 开头的标签，请去掉")
        return None


def _whole(text: str) -> str | None:
    """`text` with pairs of surrogates joined (YAML takes JSON's escapes); None if half a pair is left."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def _float(text: str) -> float | str:
    try:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
