"""回访名单: whom to write to first, so that they come again (PRACTICES 53, 61, 69)."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.customer import Customer
from bot.core.effects import Effect, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, listed
from handlers.commands.phrases import short
from handlers.commands.worth import chance_of, cycle_of, figures, today_of
from handlers.value.alive import silence
from handlers.value.dormancy import late
from handlers.value.winback import WinBack
from handlers.wording import typed
from storage.queries.worth import Value, to_win_back

MOST = 10
CANDIDATES = 60
"""Kept scores may be some days old: so many are reckoned again as of today."""
QUIET = timedelta(days=7)
"""Who spoke or was spoken to within this time need not be called back."""


class WinBackArguments(Arguments):
    """回访名单."""


def run(desk: Desk, _: WinBackArguments) -> list[Effect]:
    """At most ten, the likeliest and most valuable first; each with what to type."""
    today, settings = today_of(desk), desk.settings.value
    rows = to_win_back(desk.connection, settings.win_back.low, today, desk.now - QUIET, CANDIDATES)
    overdue = [r for r in rows if late(r.last_on, cycle_of(r), settings.dormancy, today)]
    ranked = sorted(
        ((chance_of(row, settings.win_back, today), row) for row in overdue),
        key=lambda found: -found[0].score,
    )
    worth_it = [(chance, row) for chance, row in ranked if chance.score >= settings.win_back.low][:MOST]
    if not worth_it:
        return [Reply("现在没有该回访的：老客都还没到该来的时候，或者最近刚聊过。")]
    people = {one.id: one for one in desk.customers([row.customer_id for _, row in worth_it])}
    lines = [
        _line(desk, people[row.customer_id], chance, row, today)
        for chance, row in worth_it
        if row.customer_id in people
    ]
    return [Reply(f"该回访的 {len(lines)} 位，把握和分量大的在前：\n{listed(lines)}")]


def _line(desk: Desk, one: Customer, chance: WinBack, row: Value, today: date) -> str:
    """小丽 高：5 单共 1280元，上次玫瑰面霜，62 天没来，平常约 30 天一次。回 小丽 文字."""
    level = chance.chance(desk.settings.value.win_back)
    goods = f"上次{short(one.orders[0].goods, 12)}，" if one.orders else ""
    usual = max(round(row.cycle_days), 1)
    since = f"{silence(row.last_on, today)} 天没来，平常约 {usual} 天一次"
    by_phone = f"没有聊天账号，打电话 {one.phone}" if one.phone else "没有聊天账号，也没有电话"
    reach = f"回 {typed(one)} 文字" if one.contact.is_somewhere else by_phone
    return f"{short(one.called)}（把握{level}）：{figures(row)}，{goods}{since}。\n  {reach}"


COMMAND = Command(
    name="回访名单",
    does="该来没来的老客，先找谁、凭什么",
    example="回访名单",
    arguments=WinBackArguments,
    run=run,
    aliases=("回访", "winback"),
)
