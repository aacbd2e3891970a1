"""What a platform tells of a conversation beside words: the way in, who has it, who they are. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.customer import Customer
from bot.core.effects import Effect, KnowIdentity, Known, SetFields
from bot.core.events import BuyerEvent

LONGEST_SESSION = timedelta(hours=48)
"""A conversation that a person has ends by itself after this long (CHANNELS §2.3)."""

AVATAR, SEX = "头像", "性别"
"""The facts that a platform's profile fills."""


def entered(customer: Customer, event: BuyerEvent) -> list[Effect]:
    """Where they came from goes into the note, once."""
    source = str(event.detail.get("scene") or "")
    if not source or source in customer.note:
        return []
    return [SetFields(customer.id, {"note": f"{customer.note}\n来源：{source}".strip()})]


def taken_over(customer: Customer, event: BuyerEvent, now: datetime, only: str) -> list[Effect]:
    """A person has the conversation until the platform says otherwise; the bot is silent there.

    only: whom it is taken for where the platform names nobody.
    """
    by = str(event.detail.get("seller") or "") or only
    until = max(min(event.at, now) + LONGEST_SESSION, customer.taken_over_until or now)
    return [SetFields(customer.id, {"taken_over_by": by, "taken_over_until": until})]


def handed_back(customer: Customer) -> list[Effect]:
    """The bot answers again; a red line only the seller lifts (PRACTICES 21)."""
    if customer.taken_over_until is None:
        return []
    return [SetFields(customer.id, {"taken_over_by": "", "taken_over_until": None})]


def introduced(customer: Customer, event: BuyerEvent) -> list[Effect]:
    """The platform's profile fills what nobody has written; another nickname is one more name of theirs."""
    nickname = str(event.detail.get("nickname") or "")
    news = {AVATAR: str(event.detail.get("avatar") or "")}
    if SEX not in customer.facts:
        news[SEX] = str(event.detail.get("gender") or "")
    facts = {name: value for name, value in news.items() if value and customer.facts.get(name) != value}
    fields: dict[str, object] = {"facts": {**customer.facts, **facts}} if facts else {}
    effects: list[Effect] = []
    if nickname and not customer.nickname:
        fields["nickname"] = nickname
    elif nickname and nickname != customer.nickname:
        effects.append(KnowIdentity(customer.id, Known.NICKNAME, nickname, event.account))
    return [SetFields(customer.id, fields), *effects] if fields else effects
