"""A seller's line → effects: the command it names, or the answer to what the bot has asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.customer import Customer
from bot.core.effects import AskSeller, Audit, Effect, QuestionAnswered, Reply
from bot.core.events import MessageKind, SellerMessage
from handlers.commands import complaints, import_file
from handlers.commands.answered_number import answered
from handlers.commands.bare_step import step_of
from handlers.commands.catalogue import COMMANDS
from handlers.commands.desk import Ambiguous, Desk, NotFound
from handlers.commands.framework import Command, Misused, NeedsConfirmation, Refused, level, listed, plain
from handlers.commands.phrases import short

CONFIRM = ("确认", "yes")
CANCEL = ("取消", "no")
_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
_BY_LINE = {line: command for command in COMMANDS for line in command.whole}
_END = re.compile(r"[\s。.!！~]+$")


def run_command(desk: Desk, message: SellerMessage) -> list[Effect]:
    """Do what the seller typed, or carry on what the bot has asked about; replies to every line."""
    desk = replace(desk, seller=message.seller, role=message.role)
    if message.kind is MessageKind.FILE:
        return import_file.sent(desk, message)
    line = plain(message.text)
    word = _END.sub("", level(line)).lower()
    if (asked := desk.question()) is not None and (answer := _answered(desk, asked, word)) is not None:
        return [QuestionAnswered(message.seller), *answer]
    if word in CONFIRM + CANCEL:
        return [Reply("现在没有等你答复的事。过了 10 分钟的不作数，要做就重新发一遍。")]
    if (numbered := answered(desk, line, _run)) is not None:
        return [*numbered, Audit(desk.seller, "今日", line)]
    return _run(desk, line)


def find_command(line: str) -> tuple[Command, str] | None:
    """The command that `line` begins with, and the rest of the line as it was typed."""
    bare = _END.sub("", level(line)).lower()
    if command := _BY_LINE.get(bare):
        return command, bare
    first, *rest = line.split(maxsplit=1) or [""]
    if command := _BY_NAME.get(level(first).lower()):
        return command, rest[0] if rest else ""
    glued = [name for name in _BY_NAME if len(name) > 1 and not name.isascii() and line.startswith(name)]
    if not glued:
        return None
    longest = max(glued, key=len)
    return _BY_NAME[longest], line.removeprefix(longest).lstrip(" \t:：,，")


def _answered(desk: Desk, asked: Mapping[str, Any], word: str) -> list[Effect] | None:
    """The effects of answering an open question; None if the line is something else."""
    chosen = dict(asked.get("chosen", {}))
    if word in CANCEL:
        return [Reply("好，不做了。")]
    if asked["kind"] == "confirm" and word in CONFIRM:
        return _run(replace(desk, chosen=chosen, confirmed=True), asked["line"])
    if asked["kind"] == "choose" and word.isdecimal():
        options = asked["options"]
        if len(word) > 1 or not 1 <= int(word) <= len(options):
            told = f"没有 {short(word)}。回 1 到 {len(options)}，或回 取消。"
            return [AskSeller(desk.seller, asked), Reply(told)]
        chosen[asked["name"]] = options[int(word) - 1]
        return _run(replace(desk, chosen=chosen, confirmed=bool(asked.get("confirmed"))), asked["line"])
    return None


def _run(desk: Desk, line: str) -> list[Effect]:
    found = find_command(line)
    command, rest = found or (complaints.COMMAND, "")
    try:
        if command.owner_only and desk.role != "owner":
            raise Refused(f"{command.name} 只有店主能用。")
        effects = command.run(desk, command.read(desk.one_word(rest))) if found else step_of(desk, line)
        if effects is None:
            return [Reply(_not_understood(line))]
    except Misused as misused:
        return [Reply(f"{misused}\n{command.manual}")]
    except (Refused, NotFound) as refused:
        return [Reply(str(refused))]
    except Ambiguous as ambiguous:
        return _choice(desk, line, ambiguous)
    except NeedsConfirmation as preview:
        question = {"kind": "confirm", "line": line, "chosen": dict(desk.chosen)}
        return [AskSeller(desk.seller, question), Reply(f"{preview}\n回 确认 就做，回 取消 不做。")]
    return [*effects, Audit(desk.seller, command.name, line)]


def _not_understood(line: str) -> str:
    """A single character is too little to be a command with the next word glued to it, but enough to ask."""
    if line[:1] in _BY_NAME and line[1:].strip():
        meant = f"{line[0]} {short(line[1:].strip())}"
        return f"没看懂这句。是不是要：{meant}（{line[0]} 后面空一格）\n发 帮助 看能做什么。"
    return "没看懂这句。发 帮助 看能做什么。"


def _choice(desk: Desk, line: str, ambiguous: Ambiguous) -> list[Effect]:
    lines = [f"{short(c.called)}{_distinct(c)}" for c in ambiguous.candidates]
    question = {
        "kind": "choose",
        "line": line,
        "name": ambiguous.name,
        "options": [c.id for c in ambiguous.candidates],
        "chosen": dict(desk.chosen),
        "confirmed": desk.confirmed,
    }
    how_many = f"{'不止 ' if ambiguous.more else ''}{len(lines)} 位"
    return [
        AskSeller(desk.seller, question),
        Reply(f"“{short(ambiguous.name)}”有 {how_many}，是哪位？回数字：\n{listed(lines)}"),
    ]


def _distinct(customer: Customer) -> str:
    last = short(customer.orders[0].goods) if customer.orders else ""
    phone = f"尾号{customer.phone[-4:]}" if customer.phone else ""
    known = (phone, f"买过{last}" if last else "", customer.contact.account, f"#{customer.id}")
    return f"（{'，'.join(part for part in known if part)}）"
