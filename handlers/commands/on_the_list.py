"""What goes onto the morning list, each matter from its own rows, the most urgent kind first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from bot.core.care_rules import What
from bot.core.complaint import Step
from bot.core.customer import Customer
from handlers.commands import in_passing
from handlers.commands.complaint_case import URGENT_FIRST, line_of
from handlers.commands.desk import Desk
from handlers.commands.phrases import short
from handlers.commands.promises import phrase
from handlers.commands.things import Thing, of_task
from handlers.understanding.meaning import Urgency
from scheduler.calendar.days import days_after, local_date, moment_of
from storage.queries import promises, questions, tasks, today

_LOOKED_AT: Final = 40
_OLD: Final = timedelta(days=60)
_PARCEL_DRAFT: Final = "您那单{goods}寄出有{days}天了，收到了吗？没到的话告诉我，我去问快递。"


def things(desk: Desk) -> Iterator[Thing]:
    """Complaints, promises, what was left to the seller, who waits, late parcels, the rest: in this order."""
    yield from _complaints(desk)
    yield from _promises(desk)
    yield from _tasks(desk)
    yield from _questions(desk)
    yield from _parcels(desk)
    yield from in_passing.things(desk)


def _complaints(desk: Desk) -> Iterator[Thing]:
    found = [c for c in desk.open_complaints() if c.step not in (Step.RESULT, Step.FOLLOW_UP)]
    people = {one.id: one for one in desk.customers([c.customer_id for c in found])}
    for one in sorted(found, key=lambda c: (_rank(c.urgency), c.due_at)):
        who = people.get(one.customer_id)
        if who is None:
            continue
        line = line_of(desk, one, who.called)
        command = f"投诉 {one.id} 完成"
        ref = f"{one.id}:{one.round}:{one.step:d}"
        yield Thing("complaint", ref, who.id, line, command, command, command)


def _rank(urgency: str) -> int:
    return URGENT_FIRST.index(Urgency(urgency)) if urgency in URGENT_FIRST else len(URGENT_FIRST)


def _promises(desk: Desk) -> Iterator[Thing]:
    midnight = midnight_in(desk, 1)
    for made in promises.open_ones(desk.connection, _LOOKED_AT):
        promise = made.promise
        if promise.due_at >= midnight:
            continue
        who = promises.whose(desk.connection, promise.id)
        late = "，过点了" if promise.due_at <= desk.now else ""
        line = f"答应 {short(made.called)}：{phrase(desk, promise)}{late}"
        chosen = (("答应的哪件", promise.id),)
        kept = f"做到 #{who}"
        yield Thing("promise", str(promise.id), who, line, kept, f"回 #{who}", kept, chosen)


def _tasks(desk: Desk) -> Iterator[Thing]:
    found = tasks.standing(desk.connection, desk.now, _LOOKED_AT, in_passing.ABOUT)
    people = {one.id: one for one in desk.customers([task.customer_id for task in found])}
    for task in sorted(found, key=lambda t: not is_call(desk, t.about)):
        if (who := people.get(task.customer_id)) is not None:
            yield of_task(task, who, call=is_call(desk, task.about))


def is_call(desk: Desk, about: str) -> bool:
    """Whether this is a rule of the shop\'s that asks the seller to ring somebody up."""
    rule = desk.settings.care.rule(about)
    return rule is not None and rule.what is What.CALL


def _questions(desk: Desk) -> Iterator[Thing]:
    ids, _ = questions.waiting(desk.connection, _LOOKED_AT)
    for one in desk.customers(ids):
        if one.question is not None and not one.complaints:
            line = f"等你回 {short(one.called)}：“{short(one.question.words, 40)}”"
            yield Thing("question", str(one.question.id), one.id, line, "", f"回 #{one.id}")


def _parcels(desk: Desk) -> Iterator[Thing]:
    before = desk.now - timedelta(days=desk.settings.care.morning.unsigned_days)
    found = today.long_under_way(desk.connection, desk.now - _OLD, before, _LOOKED_AT)
    settled = today.let_be(desk.connection, "parcel", [one.number for one in found])
    people = {one.id: one for one in desk.customers([one.customer_id for one in found])}
    for late in found:
        who = people.get(late.customer_id)
        if who is not None and late.number not in settled:
            yield _parcel(desk, late, who)


def _parcel(desk: Desk, late: today.UnderWay, who: Customer) -> Thing:
    days = (desk.now - late.shipped_at).days
    goods = next((order.goods for order in who.orders if order.number == late.number), "东西")
    draft = _PARCEL_DRAFT.format(goods=goods, days=days)
    line = f"{late.number} {short(who.called)} 寄出 {days} 天没签收：{draft}"
    reply = f"回 #{who.id}" if who.contact.is_somewhere else ""
    send = f"{reply} {draft}" if reply else ""
    return Thing("parcel", late.number, who.id, line, send, reply, f"签收 {late.number}")


def midnight_in(desk: Desk, days: int) -> datetime:
    """The beginning of the shop\'s day so many days from now."""
    zone = desk.settings.shop.zone
    return moment_of(days_after(local_date(desk.now, zone), days), time.min, zone)
