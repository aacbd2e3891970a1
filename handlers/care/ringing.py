"""The time of a planned care has come: look again, then say it, hand it to the seller, or let it go. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core.care import CareState
from bot.core.care_rules import CareRule, Late, What
from bot.core.delivery import Kind
from bot.core.effects import Effect, LeaveTask, NotifySeller, Push, SettleCare
from bot.core.ledger import PERSONAL
from bot.core.ledger import Late as Quiet
from handlers.care.kinds import KINDS
from handlers.care.matters import matter
from handlers.care.moments import until
from handlers.care.wording import Chosen, choose, group_of, held_out
from handlers.rings import Ring

OVERSLEPT: Final = timedelta(hours=1)
"""A bell that rings so late was not heard: the machine was off, and many ring at once."""
NO_ACCOUNT: Final = "没有他的聊天账号"


def ring(ring: Ring) -> list[Effect]:
    """Exactly one thing becomes of it, and that is on record with its reason."""
    name, _, occasion = ring.occasion.partition("|")
    rule = ring.settings.care.rule(name)
    if rule is None:
        return [_settled(ring, name, occasion, CareState.SKIPPED, "这条规则关了")]
    what = matter(rule, occasion, ring)
    if what.stopped:
        return [_settled(ring, name, occasion, CareState.SKIPPED, what.stopped)]
    last = until(rule, ring.due_at or ring.now, ring.settings)
    if last is not None and ring.now >= last:
        return [_settled(ring, name, occasion, CareState.SKIPPED, "过了时候，没有补发")]
    if held_out(rule, ring.customer.id):
        return [_settled(ring, name, occasion, CareState.HELD_OUT, "留作对照，没有发")]
    chosen = choose(rule, what.facts, ring.customer, ring.care, ring.settings, ring.now)
    if chosen is None:
        return [_settled(ring, name, occasion, CareState.SKIPPED, "能说的几句他都读过了，或缺要说的内容")]
    return _said(rule, occasion, ring, chosen)


def _said(rule: CareRule, occasion: str, ring: Ring, chosen: Chosen) -> list[Effect]:
    kind, one, group = KINDS[rule.what], ring.customer, group_of(rule, ring.customer.id)
    key = f"care:{rule.name}:{one.id}:{occasion}"
    last = until(rule, ring.due_at or ring.now, ring.settings)
    if kind.kind is None:
        done = SettleCare(one.id, rule.name, occasion, CareState.TASK, "", chosen.number, group)
        return [LeaveTask(one.id, rule.name, chosen.text, key, last, _by_hand(rule, ring)), done]
    if not one.contact.is_somewhere:
        return _nowhere(rule, occasion, ring, chosen)
    push = Push(
        one.id,
        chosen.text,
        kind.kind,
        key,
        hold=_turn(ring),
        expires_at=last,
        rule=rule.name,
        priority=kind.priority,
        late=Quiet.DROP if rule.catch_up is Late.DAY else Quiet.HOLD,
    )
    return [push, SettleCare(one.id, rule.name, occasion, CareState.SAID, "", chosen.number, group)]


def _turn(ring: Ring) -> timedelta:
    """What a sleeping machine has missed goes out in turns, as what the night has held (`limits.spread`)."""
    late = ring.now - (ring.due_at or ring.now)
    return ring.settings.care_limits.place(ring.customer.contact.id) if late >= OVERSLEPT else timedelta()


def _nowhere(rule: CareRule, occasion: str, ring: Ring, chosen: Chosen) -> list[Effect]:
    """Who has no account is told by the seller what is about this one person, and nothing else."""
    kind, one = KINDS[rule.what], ring.customer
    personal = kind.kind is Kind.CARE and kind.priority is not None and kind.priority >= PERSONAL
    unwanted = one.opted_out_at or one.stopped_at or one.red_line_at or one.complaints
    if not personal or unwanted or not one.phone:
        return [_settled(ring, rule.name, occasion, CareState.SKIPPED, NO_ACCOUNT)]
    last = until(rule, ring.due_at or ring.now, ring.settings)
    task = LeaveTask(
        one.id, rule.name, chosen.text, f"care:{rule.name}:{one.id}:{occasion}", last, NO_ACCOUNT
    )
    return [task, SettleCare(one.id, rule.name, occasion, CareState.TASK, NO_ACCOUNT, chosen.number)]


def _by_hand(rule: CareRule, ring: Ring) -> str:
    phone = ring.customer.phone
    return f"打 {phone}，别提卖东西" if phone else "没有他的电话，发语音也行，别提卖东西"


def _settled(ring: Ring, rule: str, occasion: str, state: CareState, reason: str) -> SettleCare:
    return SettleCare(ring.customer.id, rule, occasion, state, reason)


def of_shop(rule: CareRule, occasion: str, text: str) -> NotifySeller:
    """What is about nobody in particular, once."""
    assert rule.what is What.SHOP  # others have somebody
    return NotifySeller(text, f"care:{rule.name}:{occasion}")
