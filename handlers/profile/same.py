"""Who is one person with whom (PRACTICES 28, 163): on a phone or union id of their own by itself. Pure.

Two of whom both have a whole name of their own, or a birthday, share a phone as families do: then the seller
is asked, once. Whom the seller has taken apart stay apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.customer import Customer
from bot.core.effects import Audit, Effect, KnowIdentity, Known, MergeCustomers, NotifySeller
from bot.core.namesake import Namesake
from handlers.profile.words import differ

BY_BOT = "机器人"
TOO_MANY = "用这个号的不止两位"


def by_phone(customer: Customer, phone: str, name: str = "", birthday: str = "") -> list[Effect]:
    """What follows from the customer's own `phone`, said together with this name and birthday."""
    others = [o for o in customer.same_phone if o.by == phone and not o.apart]
    return [effect for other in others[:1] for effect in _same_phone(customer, other, others, name, birthday)]


def _same_phone(
    customer: Customer, other: Namesake, others: list[Namesake], name: str, birthday: str
) -> list[Effect]:
    called = name or customer.name
    why = unlike(called, birthday or customer.birthday, other)
    if why or len(others) > 1:
        return [_asked(customer, other, called or customer.called, why or TOO_MANY)]
    return list(_joined(customer, other, f"同一个手机号（尾号 {other.by[-4:]}）"))


def unlike(name: str, birthday: str, other: Namesake) -> str:
    """Why who has this name and birthday, and the phone of `other`, may be somebody else; empty if not."""
    if name and other.name and differ(name, other.name):
        return "名字不一样"
    days = [day.removeprefix("农历")[-5:] for day in (birthday, other.birthday)]
    lunar = [("农历" in day) for day in (birthday, other.birthday)]
    if all(days) and lunar[0] == lunar[1] and days[0] != days[1]:
        return "生日不一样"
    return ""


def by_union(customer: Customer) -> list[Effect]:
    """What follows from the union id that came with the event at hand: the platform knows, names or not."""
    if not customer.union_id:
        return []
    known: list[Effect] = [KnowIdentity(customer.id, Known.UNION_ID, customer.union_id)]
    others = [o for o in customer.same_union if not o.apart]
    return known + [e for o in others[:1] for e in _joined(customer, o, "同一个平台用户（union id）")]


def by_order(customer: Customer, recipient: str) -> list[Effect]:
    """What follows from the phone of an order of this customer."""
    phone = next((o.by for o in customer.same_phone), "")
    return by_phone(customer, phone, recipient)


def _joined(customer: Customer, other: Namesake, why: str) -> Iterator[Effect]:
    first, last = _elder_first(customer, other)
    yield MergeCustomers(customer.id, other.id, BY_BOT, why)
    yield Audit(BY_BOT, "合并", f"#{first} #{last}：{why}", first)
    text = (
        f"{customer.called}（{customer.contact.account}）和 {other.called}（#{other.id}）是{why}，"
        f"我合成一个人了，订单、标签、聊天都在一起。\n不是一个人就打：拆分 #{first}"
    )
    yield NotifySeller(text, f"merged:{first}:{last}")


def _asked(customer: Customer, other: Namesake, called: str, why: str) -> NotifySeller:
    first, last = _elder_first(customer, other)
    text = (
        f"{called}（#{customer.id}）和 {other.called}（#{other.id}）留了同一个手机号"
        f"（尾号 {other.by[-4:]}），可是{why}，我没动。\n是一个人就打：合并 #{first} #{last}。不是就不用管。"
    )
    return NotifySeller(text, f"alike:{first}:{last}")


def _elder_first(customer: Customer, other: Namesake) -> tuple[int, int]:
    seen = other.first_seen_at or customer.first_seen_at
    pair = sorted([(customer.first_seen_at, customer.id), (seen, other.id)])
    return pair[0][1], pair[1][1]
