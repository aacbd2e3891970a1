"""An occasion of a rule → what there is to say of it now, or why nothing is to be said any more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from bot.core.care_rules import EVERYBODY, ORDERS, CareRule, Stop, What, When
from bot.core.customer import Customer, Order, OrderStatus
from bot.core.money import show_money
from bot.core.settings import Product, Settings
from handlers.care.moments import due_on
from handlers.care.planning import OVER, moment_of_order, run_out_key
from handlers.rings import Ring
from scheduler.calendar.birthdays import birthday
from scheduler.calendar.days import local_date, months_before, whole_months

_MOST_GOODS: Final = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """facts: for the braces of a text; an empty one is not known, and such a text is not said."""

    facts: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""


def matter(rule: CareRule, occasion: str, ring: Ring) -> Matter:
    """What this occasion is about, looked at again at the moment of saying it."""
    if rule.audience and not ring.care.fits:
        return Matter(stopped=f"现在不是这条规则的人（{rule.audience}）")
    if reason := _stopped_for_all(rule, ring.customer):
        return Matter(stopped=reason)
    if rule.when in ORDERS:
        return _of_order(rule, occasion, ring)
    return _of_day(rule, occasion, ring)


def _stopped_for_all(rule: CareRule, one: Customer) -> str:
    """Messages that nobody asked for are weighed where they are sent; calls and notices are not."""
    if Stop.COMPLAINT in rule.stop and one.complaints:
        return "投诉还没处理完"
    if rule.what in (What.CALL, What.NOTICE) and one.red_line_at:
        return "碰了红线，由你亲自处理"
    if rule.what is What.CALL and (one.complaints or one.opted_out_at or one.stopped_at):
        return "投诉没处理完、退订了或停了推送，不打扰"
    return ""


# --- orders ---------------------------------------------------------------------------------------


def _of_order(rule: CareRule, number: str, ring: Ring) -> Matter:
    order = next((o for o in ring.customer.orders if o.number == number), None)
    if order is None or order.status in OVER or moment_of_order(rule.when, order) is None:
        return Matter(stopped="这一单退了、取消了或改了")
    if Stop.PAID in rule.stop and order.status is not OrderStatus.CREATED:
        return Matter(stopped="已经付款")
    if Stop.BOUGHT in rule.stop and _bought_since(ring.customer, order):
        return Matter(stopped="又买过了")
    if rule.least is not None and order.kept < rule.least:
        return Matter(stopped="退了一部分，没有那么多了")
    products = [item.product for item in order.items]
    if Stop.KNOWN in rule.stop:
        products = [p for p in products if p not in _had_before(ring.customer, order)]
        if not products:
            return Matter(stopped="这些以前都买过，会用")
    return Matter(_order_facts(order, products, ring.settings))


def _bought_since(one: Customer, order: Order) -> bool:
    later = (o for o in one.orders if o.id != order.id and o.status not in OVER)
    return any(o.created_at > order.created_at for o in later)


def _had_before(one: Customer, order: Order) -> set[str]:
    before = (o for o in one.orders if o.created_at < order.created_at and o.status not in OVER)
    return {item.product for o in before for item in o.items}


def _order_facts(order: Order, products: list[str], settings: Settings) -> dict[str, str]:
    known = [p for name in products if (p := _product(name, settings)) is not None]
    usable = next((p for p in known if p.usage), None)
    careful = next((p for p in known if p.care), None)
    signed = order.signed_at.astimezone(settings.shop.zone) if order.signed_at else None
    return {
        "goods": named(products),
        "usage": _about(usable, usable.usage, products) if usable else "",
        "care": _about(careful, careful.care, products) if careful else "",
        "order": order.number,
        "amount": show_money(order.kept),
        "day": f"{signed.month}月{signed.day}日" if signed else "",
    }


def _product(name: str, settings: Settings) -> Product | None:
    return next((p for p in settings.products if name in (p.name, *p.aliases)), None)


def _about(product: Product, words: str, products: list[str]) -> str:
    """With the product's name, where it could be another's."""
    return words if len(set(products)) == 1 else f"{product.name}：{words}"


def named(products: list[str]) -> str:
    """玫瑰面霜、洁面乳等."""
    distinct = list(dict.fromkeys(products))
    return "、".join(distinct[:_MOST_GOODS]) + ("等" if len(distinct) > _MOST_GOODS else "")


# --- the calendar and the rest --------------------------------------------------------------------


def _of_day(rule: CareRule, occasion: str, ring: Ring) -> Matter:
    standing = ring.care.standing
    match rule.when:
        case When.SPENT:
            enough = standing.spent >= Decimal(occasion)
            facts = {"amount": f"{occasion}元", "goods": _last_goods(ring.customer)}
            return Matter(facts) if enough else Matter(stopped="退过款，没有那么多了")
        case When.TIER | When.TIER_ENDS:
            return _of_tier(rule, occasion, ring)
        case When.RUN_OUT:
            return _of_run_out(occasion, ring)
        case When.BIRTHDAY | When.BIRTHDAY_MONTH:
            return _of_birthday(rule, occasion, ring)
        case When.FESTIVAL:
            return Matter({"festival": occasion.partition("/")[0]})
        case When.DORMANT:
            return _of_dormancy(occasion, ring)
        case When.POINTS_END:
            if standing.points <= 0 or str(standing.points_until) != occasion:
                return Matter(stopped="积分已经不是那样了")
            return Matter({"points": str(standing.points), "day": _day(standing.points_until, ring)})
        case When.YEAR:
            return Matter({"amount": show_money(standing.best_spent) if standing.best_spent else ""})
    return Matter()


def _of_tier(rule: CareRule, occasion: str, ring: Ring) -> Matter:
    standing = ring.care.standing
    name, _, day = occasion.partition("/")
    at = standing.tier_since if rule.when is When.TIER else standing.tier_until
    if (standing.tier, str(at)) != (name, day):
        return Matter(stopped="等级已经变了")
    benefits = next((t.benefits for t in ring.settings.value.tiers.levels if t.name == name), ())
    return Matter({"tier": name, "benefits": "、".join(benefits), "day": _day(standing.tier_until, ring)})


def _of_run_out(occasion: str, ring: Ring) -> Matter:
    standing = ring.care.standing
    if standing.next_on is None or run_out_key(standing) != occasion:
        return Matter(stopped="又买过了")
    left = (standing.next_on - local_date(ring.now, ring.settings.shop.zone)).days
    return Matter({"goods": standing.next_goods, "days": str(left) if left > 0 else ""})


def _of_birthday(rule: CareRule, occasion: str, ring: Ring) -> Matter:
    tier = ring.care.standing.tier
    try:
        born = birthday(ring.customer.birthday)
        day = born.celebrated(int(occasion))
    except ValueError:
        return Matter(stopped="生日删掉了")
    due = due_on(rule, occasion_day(rule, day), ring.settings)
    if ring.due_at is not None and _local_day(due, ring) != _local_day(ring.due_at, ring):
        return Matter(stopped="生日改过了")
    gift = rule.gifts.get(tier) or rule.gifts.get(EVERYBODY, "")
    return Matter({"tier": tier, "gift": gift})


def occasion_day(rule: CareRule, celebrated: date) -> date:
    """The day that `days` count from."""
    return months_before(celebrated, 1) if rule.when is When.BIRTHDAY_MONTH else celebrated


def _local_day(moment: datetime, ring: Ring) -> date:
    """The shop's day."""
    return local_date(moment, ring.settings.shop.zone)


def _of_dormancy(occasion: str, ring: Ring) -> Matter:
    months, _, last = occasion.partition("/")
    if str(ring.care.standing.last_on) != last:
        return Matter(stopped="又买过了")
    gone = whole_months(date.fromisoformat(last), local_date(ring.now, ring.settings.shop.zone))
    return Matter({"months": str(max(gone, int(months))), "goods": _last_goods(ring.customer)})


def _last_goods(one: Customer) -> str:
    bought = (o for o in one.orders if o.status not in (*OVER, OrderStatus.CREATED))
    return next((named([i.product for i in o.items]) for o in bought if o.items), "")


def _day(day: date | None, ring: Ring) -> str:
    """11月23日; of another year than this one with the year, or it would seem to be over."""
    if day is None:
        return ""
    years = day.year - local_date(ring.now, ring.settings.shop.zone).year
    year = {0: "", 1: "明年"}.get(years, f"{day.year}年")
    return f"{year}{day.month}月{day.day}日"
