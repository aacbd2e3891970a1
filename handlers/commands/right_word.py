"""是: the right word for what the latest alert was about (是退换, 不是投诉)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import StringConstraints

from bot.core.effects import Effect
from handlers.commands.desk import Ambiguous, Desk
from handlers.commands.framework import Arguments, Command, Refused, argument
from handlers.commands.intents import BARE, wanted
from handlers.commands.mislabelled import corrected

REMEMBERED = timedelta(hours=24)
"""How long an alert can be answered."""
AT_ONCE = timedelta(minutes=10)
"""Alerts about several buyers within this time leave open which is meant."""
_WHICH = "刚提醒的"


class RightWordArguments(Arguments):
    """是 意图."""

    intent: Annotated[str, StringConstraints(min_length=1, max_length=40)] = argument("意图", rest=True)


def run(desk: Desk, args: RightWordArguments) -> list[Effect]:
    """Correct the message of the latest alert; alerts about several buyers are a numbered choice."""
    word = wanted(args.intent)
    alerts = desk.alerted(REMEMBERED)
    if not alerts:
        raise Refused("这一天没有提醒过你买家的话。要改别的，打：标错 名 意图")
    newest, _ = alerts[0]
    recent = [said for at, said in alerts if newest - at <= AT_ONCE]
    people = list(dict.fromkeys(said.customer_id for said in recent))
    chosen = desk.chosen.get(_WHICH, people[0])
    if len(people) > 1 and _WHICH not in desk.chosen:
        raise Ambiguous(_WHICH, desk.customers(people))
    # a moment has passed since the choice: the alerts may be others
    said = next((said for _, said in alerts if said.customer_id == chosen), None)
    found = desk.customers([chosen])
    if said is None or not found:
        raise Refused("那条提醒已经找不到了。打：标错 名 意图")
    return corrected(desk, found[0], said, word)


COMMAND = Command(
    name="是",
    does="刚提醒你的那句读错了，说它是什么（直接打 是退换、不是投诉）",
    example="是退换",
    arguments=RightWordArguments,
    run=run,
    aliases=("means",),
    whole=BARE,
)
