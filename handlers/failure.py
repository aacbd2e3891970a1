"""What follows when an event could not be decided: its words are kept, and somebody hears of it."""

from __future__ import annotations

from bot.core.customer import Customer
from bot.core.effects import Effect, NotifySeller, PiecesAnswered, Reply
from bot.core.events import BuyerMessage, Inbound, SellerMessage, TimerDue


def name_of(event: Inbound | TimerDue) -> str:
    """The event's name in failures and alerts; a timer's number may come back, its due time does not."""
    if isinstance(event, TimerDue):
        return f"TimerDue:{event.timer_id}:{event.due_at.isoformat()}"
    return f"{type(event).__name__}:{event.account}:{event.message_id}"


def after_failure(event: Inbound | TimerDue, customer: Customer | None) -> list[Effect]:
    """The seller is told once, with the buyer's words and how to answer them."""
    if isinstance(event, SellerMessage):
        return [Reply("这条没办成，程序出了错，什么都没改。原话已记下，换个写法再试，或发 帮助。")]
    if customer is None:
        return []
    pieces = [piece.text for piece in customer.pieces]
    words = "\n".join([*pieces, *([event.text] if isinstance(event, BuyerMessage) else [])])
    text = f"{customer.called} 的一条消息我没处理好，原话：“{words}”\n请你来回：回 {customer.called} 文字"
    told = NotifySeller(text, key=f"failure:{name_of(event)}")
    # pieces that cannot be read must not be joined to the next message
    return [told, PiecesAnswered(customer.id)] if pieces else [told]
