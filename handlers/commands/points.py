"""积分: a customer's points, and giving or using some (PRACTICES 64, 149)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from bot.core.customer import Customer
from bot.core.effects import Effect, EnterPoints, Reply
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Refused, Word, argument
from handlers.commands.phrases import short
from handlers.commands.worth import day, today_of
from handlers.value.history import months_after
from handlers.value.points import Account, Entry, NotEnough, account, burn, expiring
from handlers.value.points_of_orders import ledger
from storage.worth import ledger_of

MOST = 1_000_000
SHOWN = 5
_CHANGE = re.compile(r"([+-])\s*(\d{1,9})\s*分?(?:\s+|$|(?=\D))(.*)", re.DOTALL)
_SIGNS = str.maketrans("−–—﹢﹣", "---+-")
LONGEST_REASON = 40


class PointsArguments(Arguments):
    """积分 名 [±数 [原因]]."""

    who: Word = argument("名")
    change: str = argument("±数 [原因]", optional=True, rest=True)


def run(desk: Desk, args: PointsArguments) -> list[Effect]:
    """Enter a change, never below 0; without one, show what there is."""
    change = _change(args.change) if args.change else None
    one = desk.customer(args.who)
    entries = ledger(ledger_of(desk.connection, one.id))
    if change is None:
        return [Reply("\n".join(_shown(desk, one, entries)))]
    points, reason = change
    number = max((entry.number for entry in entries), default=0) + 1
    entry = _entered(desk, one, entries, number, points, reason)
    after = account([*entries, entry], desk.now, desk.settings.shop.zone)
    sign = "+" if points > 0 else "-"
    told = f"{short(one.called)} {sign}{abs(points)} 分（{entry.reason}），现在 {after.balance} 分。"
    return [
        EnterPoints(one.id, entry.points, entry.reason, desk.seller, entry.until),
        Reply(f"{told}{_repaid(after, points)}"),
    ]


def _change(typed: str) -> tuple[int, str]:
    plain = unicodedata.normalize("NFKC", typed).translate(_SIGNS).strip()
    match = _CHANGE.fullmatch(plain)
    if match is None:
        raise Misused(f"“{short(plain)}”看不懂：写 +50 是加，-50 是用掉。")
    points = int(match[2])
    if not 1 <= points <= MOST:
        raise Misused(f"一次 1 到 {MOST} 分。")
    return (points if match[1] == "+" else -points), short(match[3], LONGEST_REASON)


def _entered(desk: Desk, one: Customer, entries: list[Entry], number: int, points: int, reason: str) -> Entry:
    zone, settings = desk.settings.shop.zone, desk.settings.value.points
    if points > 0:
        today = today_of(desk)
        until = None if settings.valid_months is None else months_after(today, settings.valid_months)
        return Entry(number, desk.now, points, reason or "店主给的", None, until)
    try:
        return burn(entries, number, -points, reason or "用掉", desk.now, zone)
    except NotEnough as short_of:
        raise Refused(f"{short(one.called)} 的{short_of}没有改。") from short_of


def _repaid(after: Account, points: int) -> str:
    if points > 0 and after.owed:
        return f"退款欠着的还有 {after.owed} 分，先抵掉。"
    return ""


def _shown(desk: Desk, one: Customer, entries: list[Entry]) -> Iterator[str]:
    zone, today = desk.settings.shop.zone, today_of(desk)
    now = account(entries, desk.now, zone)
    yield f"{short(one.called)} 有 {now.balance} 分"
    if now.owed:
        yield f"退款欠着 {now.owed} 分，以后得的先抵"
    if ends := expiring(entries, desk.now, zone, desk.settings.value.points.remind_days):
        yield f"其中 {ends[0]} 分快到期，最早{day(ends[1], today)}"
    moved = [entry for entry in entries if entry.points and entry.at <= desk.now]
    for entry in sorted(moved, key=lambda e: (e.at, e.number), reverse=True)[:SHOWN]:
        yield f"{_on(entry, desk, today)} {entry.points:+d} {entry.reason}"


def _on(entry: Entry, desk: Desk, today: date) -> str:
    return day(entry.at.astimezone(desk.settings.shop.zone).date(), today)


COMMAND = Command(
    name="积分",
    does="看积分，加积分或用积分",
    example="积分 小丽 -100 换小样",
    arguments=PointsArguments,
    run=run,
    aliases=("points",),
)
