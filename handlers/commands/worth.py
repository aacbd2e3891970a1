"""What a customer is worth, in the seller's words: from the kept row, as of today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.core.money import show_money
from bot.core.value_settings import WinBackSettings
from handlers.commands.desk import Desk
from handlers.commands.phrases import short
from handlers.value.alive import alive, silence
from handlers.value.bands import Margin
from handlers.value.cycles import Basis, Cycle
from handlers.value.history import Summary, shop_day
from handlers.value.winback import WinBack, win_back
from storage.queries.worth import Value

SOON = 10
"""Days before something is used up when it is time to say so."""


def today_of(desk: Desk) -> date:
    """The shop's day."""
    return shop_day(desk.now, desk.settings.shop.zone)


def day(on: date, today: date) -> str:
    """12月3日; with its year if that is another one."""
    return f"{on.month}月{on.day}日" if on.year == today.year else f"{on.year}年{on.month}月{on.day}日"


def cycle_of(value: Value) -> Cycle:
    """The kept cycle."""
    return Cycle(value.cycle_days, Basis(value.cycle_basis), value.cycle_reason)


def summary_of(value: Value) -> Summary:
    """The kept history in four figures."""
    return Summary(value.orders, value.spent, value.first_on, value.last_on)


def chance_of(value: Value, settings: WinBackSettings, today: date) -> WinBack:
    """The win-back score as of today; the kept one may be some days old."""
    earned = Margin(value.margin, value.margin_orders) if value.margin is not None else None
    chance = alive(value.days, value.last_on, cycle_of(value), today)
    return win_back(summary_of(value), chance, settings, earned)


def figures(value: Value) -> str:
    """5 单共 1280元."""
    return f"{value.orders} 单共 {show_money(value.spent)}"


def expected(value: Value, today: date) -> Iterator[str]:
    """When they are to be expected: 约 58 天来一次，大约12月3日该来; or what is used up then."""
    if value.next_on is None or value.cycle_days is None:
        return
    on, late = day(value.next_on, today), silence(value.next_on, today)
    if value.next_goods:
        goods = short(value.next_goods)
        soon = "，快该补货了" if (value.next_on - today).days <= SOON else ""
        yield f"{goods}大约{on}用完" + (f"，过了 {late} 天还没来" if late else soon)
    else:
        habit = f"约 {max(round(value.cycle_days), 1)} 天来一次"
        yield f"{habit}，{on}该来，晚了 {late} 天" if late else f"{habit}，大约{on}该来"
