"""改: the draft of the latest complaint alert, in the seller's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from bot.core.effects import Effect
from handlers.commands import complaints
from handlers.commands.complaint_line import Said, Say
from handlers.commands.desk import Desk
from handlers.commands.framework import LONGEST_TEXT, Arguments, Command, Refused, argument

REMEMBERED = timedelta(hours=24)
"""How long an alert can be answered."""
AT_ONCE = timedelta(minutes=10)
"""Alerts about several complaints within this time leave open which is meant."""
_WHICH = "刚提醒的投诉"
_NUMBER = re.compile(r"投诉 ?(\d{1,9})(?!\d)")


class ChangeArguments(Arguments):
    """改 文字."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)] = argument(
        "文字", rest=True
    )


def run(desk: Desk, args: ChangeArguments) -> list[Effect]:
    """Send these words for the step at hand; alerts about several complaints are a numbered choice."""
    open_ones = {c.id: c for c in desk.open_complaints()}
    first, *behind = args.text.split(maxsplit=1)
    if behind and first.isdecimal() and int(first[:9]) in open_ones:
        raise Refused(f"改投诉 {int(first)} 的草稿打：投诉 {int(first)} 改 你的话")
    alerts = [(at, number) for at, number in _alerts(desk) if number in open_ones]
    if not alerts:
        raise Refused("这一天没有提醒过你哪件投诉。改草稿打：投诉 号 改 你的话")
    newest, _ = alerts[0]
    meant = list(dict.fromkeys(number for at, number in alerts if newest - at <= AT_ONCE))
    if len(meant) > 1 and _WHICH not in desk.chosen:
        return complaints.choice(desk, _WHICH, f"改 {args.text}", [open_ones[number] for number in meant])
    record = desk.complaint(desk.chosen.get(_WHICH, meant[0]))
    if record is None:
        raise Refused("那件投诉已经找不到了。")
    return complaints.act(desk, record, Said(Say.REWRITE, args.text))


def _alerts(desk: Desk) -> Iterator[tuple[datetime, int]]:
    """When this seller was told of which complaint; the line to type, which ends an alert, names it."""
    for at, text in desk.alert_texts(REMEMBERED):
        if numbers := _NUMBER.findall(text):
            yield at, int(numbers[-1])


COMMAND = Command(
    name="改",
    does="刚提醒的投诉，不用草稿，用你的话说",
    example="改 瓶子碎了是我没包好，对不起，今晚就给您补发",
    arguments=ChangeArguments,
    run=run,
    aliases=("change",),
)
