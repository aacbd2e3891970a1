"""Who wants no more greetings and offers gets none, from this message on (PRACTICES: unsubscribe)."""

from __future__ import annotations

from bot.core.customer import OrderStatus
from bot.core.effects import Effect, NotifySeller, Reply, SetFields
from handlers.situation import Situation
from handlers.wording import quoted, said


def answer(situation: Situation) -> list[Effect]:
    """Note the wish and confirm it; a repeated wish is only confirmed. Silent while the seller talks."""
    if not situation.reading.opt_out:
        return []
    customer = situation.customer
    effects: list[Effect] = []
    if customer.opted_out_at is None:
        effects += [SetFields(customer.id, {"opted_out_at": situation.now}), _told(situation)]
    if not customer.taken_over(situation.now):
        effects.append(Reply(said(situation.settings, situation.settings.texts.opted_out)))
    return effects


def _told(situation: Situation) -> NotifySeller:
    customer = situation.customer
    text = f"{customer.called} 退订了（原话：{quoted(situation.text)}）。问候和活动不再发给他，订单通知照常。"
    unsent = [o for o in customer.orders if o.status is OrderStatus.PAID]
    if unsent:
        # 别发了 may also mean the parcel
        text += f"\n他有一单还没发：{unsent[0].goods}。要是他说的是别发货，打：回 {customer.called} 文字"
    return NotifySeller(text, f"optout:{customer.contact.account}:{situation.message_ids[-1]}")
