"""What a seller's command is: name, arguments as a model, help from the model, and how a line is read."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.core.effects import Effect
from handlers.commands.desk import JOINT, Desk

LONGEST_TEXT = 2000
_SHOWN = 20


def level(word: str) -> str:
    """Full width to half: as numbers and commands are compared. Not for what a person reads."""
    return unicodedata.normalize("NFKC", word).strip()


def _spaced(word: str) -> str:
    return word.replace(JOINT, " ")


_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Word = Annotated[_Short, AfterValidator(_spaced)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
"""What a person will read: kept as it was typed, lines and full-width marks too."""


class Arguments(BaseModel):
    """A command's arguments in the order in which they are typed; a field's title is its name in the usage.

    Surplus words fill the optional fields from the left; a last field marked `rest` takes the line's rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def spread(cls, line: str) -> dict[str, str]:
        """The words of `line` by field; what is left over is `surplus`."""
        fields = cls.model_fields
        last = [f.json_schema_extra for f in fields.values()][-1:]
        takes_rest = bool(last) and isinstance(last[0], dict) and bool(last[0].get("rest"))
        words = line.split(maxsplit=len(fields) - 1) if takes_rest else line.split()
        to_spare = len(words) - sum(f.is_required() for f in fields.values())
        taken: dict[str, str] = {}
        for name, field in fields.items():
            if words and (field.is_required() or to_spare > 0):
                to_spare -= not field.is_required()
                taken[name] = words.pop(0)
        return taken | ({"surplus": " ".join(words)} if words else {})


def argument(title: str, *, optional: bool = False, rest: bool = False, default: Any = "") -> Any:
    """A field of `Arguments`: its name in the usage, whether it may be left out or takes the line's rest."""
    extra: dict[str, Any] = {"rest": rest}
    if optional:
        return Field(default=default, title=title, json_schema_extra=extra)
    return Field(title=title, json_schema_extra=extra)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `run` decides, the engine writes. Its help comes from here and nowhere else.

    whole: lines that are this command as they stand; the line is then its argument.
    """

    name: str
    does: str
    example: str
    arguments: type[Arguments]
    run: Callable[[Desk, Any], list[Effect]]
    aliases: tuple[str, ...] = ()
    owner_only: bool = False
    whole: frozenset[str] = frozenset()

    @property
    def usage(self) -> str:
        """How it is typed: 订单 名 商品 金额 [数量]."""
        fields = self.arguments.model_fields.values()
        return " ".join([self.name, *(f.title or "" if f.is_required() else f"[{f.title}]" for f in fields)])

    @property
    def manual(self) -> str:
        """Usage and example, as every wrong argument is answered."""
        return f"用法：{self.usage}\n例：{self.example}"

    def read(self, words: str) -> Arguments:
        """The line's rest as arguments; Misused if it does not fit."""
        try:
            return self.arguments.model_validate(self.arguments.spread(words))
        except ValidationError as wrong:
            raise Misused(_first_fault(wrong)) from wrong


class Refused(Exception):
    """A command that cannot be done; the message tells the seller why and what to do."""


class Misused(Refused):
    """A line that does not fit the command: the message says what is wrong; usage and example follow it."""


class NeedsConfirmation(Exception):
    """What cannot be undone or goes to more than one person: shown first, done after 确认."""


def plain(text: str) -> str:
    """A typed line without leading slash, outer space, and what no database keeps (NUL, lone surrogates)."""
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8").strip()
    return kept[1:].strip() if kept[:1] in ("/", "／") else kept


def _first_fault(wrong: ValidationError) -> str:
    error = wrong.errors()[0]
    shown = _spaced(str(error["input"]))[:_SHOWN]
    match error["type"]:
        case "missing" | "string_too_short":
            return "还差一些内容。"
        case "extra_forbidden":
            return f"多了“{shown}”，没看懂。"
        case "string_too_long":
            return f"“{shown}…”太长了，最多 {error['ctx']['max_length']} 个字。"
    return str(error["msg"]).removeprefix("Value error, ")


def listed(lines: Sequence[str]) -> str:
    """Numbered lines, as a seller can answer them."""
    return "\n".join(f"{number} {line}" for number, line in enumerate(lines, 1))
