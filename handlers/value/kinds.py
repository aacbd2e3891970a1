"""The four kinds of customers, and who only buys at a discount (PRACTICES 45-48)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.core.money import show_money
from bot.core.value_settings import KindSettings
from handlers.value.history import Purchase, Summary


class Kind(StrEnum):
    """As the shop calls them."""

    WATCHER = "观望"
    BIG = "大客户"
    SCATTERED = "散户"
    LEADER = "意见领袖"


@dataclass(frozen=True, slots=True)
class Interest:
    """Known beside purchases: buyers brought along, questions asked, dearest thing asked for (yuan)."""

    referrals: int = 0
    questions: int = 0
    dearest: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A kind, whether the shop should go after them, and why."""

    kind: Kind
    follow_up: bool
    reason: str

    @property
    def counts_as_big(self) -> bool:
        """Opinion leaders are treated as big even if they buy little (PRACTICES 46)."""
        return self.kind in (Kind.BIG, Kind.LEADER)


def judge(customer: Summary, interest: Interest, settings: KindSettings) -> Judged:
    """One of the four kinds, for anybody: leader before big before scattered; without an order a watcher.

    A watcher with buying power or who asks often is worth a follow-up (PRACTICES 45).
    """
    if interest.referrals >= settings.leader_referrals:
        return Judged(Kind.LEADER, True, f"介绍来 {interest.referrals} 位客人")
    if customer.orders == 0:
        return _watcher(interest, settings)
    reason = f"买过 {customer.orders} 单，共 {show_money(customer.spent)}"
    if customer.spent >= settings.big_spent or customer.orders >= settings.big_orders:
        return Judged(Kind.BIG, True, reason)
    return Judged(Kind.SCATTERED, False, reason)


def _watcher(interest: Interest, settings: KindSettings) -> Judged:
    if interest.dearest >= settings.watcher_price:
        return Judged(Kind.WATCHER, True, f"没买过，问过 {show_money(interest.dearest)}的东西")
    if interest.questions >= settings.watcher_questions:
        return Judged(Kind.WATCHER, True, f"没买过，问过 {interest.questions} 次")
    return Judged(Kind.WATCHER, False, "没买过")


def bargain_hunter(bought: Sequence[Purchase], settings: KindSettings) -> bool:
    """羊毛党: enough orders to tell, and every one of them below the usual price (PRACTICES 48)."""
    return len(bought) >= settings.bargain_orders and all(p.discounted for p in bought)
