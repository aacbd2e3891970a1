"""未下单: who asked and has not bought (PRACTICES 106)."""

from __future__ import annotations

from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, listed
from handlers.commands.phrases import ago, short
from storage.queries.trade import OpenConsultation

MOST = 20


def run(desk: Desk, args: Arguments) -> list[Effect]:
    """The open consultations, latest first."""
    found = desk.open_consultations(MOST + 1)
    if not found:
        return [Reply("没有问了没下单的。")]
    lines = [_line(desk, one) for one in found[:MOST]]
    more = f"\n只列最近 {MOST} 条" if len(found) > MOST else ""
    called = found[0].called
    first = called if called == short(called) else f"#{found[0].customer_id}"
    return [Reply(f"问了没下单的：\n{listed(lines)}{more}\n回话：回 {first} 文字")]


def _line(desk: Desk, one: OpenConsultation) -> str:
    questions = " / ".join(one.words.splitlines())
    asked = f"，问了 {one.questions} 次" if one.questions > 1 else ""
    about = f"{short(one.called)} {short(one.product) or '没说哪样'}"
    return f"{about}：“{short(questions, 40)}”{asked}，{ago(one.last_at, desk.now)}"


COMMAND = Command(
    name="未下单",
    does="看谁问了还没买",
    example="未下单",
    arguments=Arguments,
    run=run,
    aliases=("consultations", "咨询"),
)
