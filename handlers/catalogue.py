"""Price, stock, use and what a product is, from the configured products."""

from __future__ import annotations

from bot.core.effects import Effect, NotifySeller, Reply
from bot.core.money import show_money
from bot.core.settings import Product
from handlers.in_mind import asked_about, bought
from handlers.situation import Situation
from handlers.understanding import Topic
from handlers.wording import day, said

_OF_PRODUCTS = {Topic.PRICE, Topic.STOCK, Topic.USAGE, Topic.LASTS, Topic.ABOUT}
_WHILE_USING = {Topic.USAGE, Topic.LASTS}
_MOST = 3
_LISTED = 15


def answer(situation: Situation) -> list[Effect]:
    """Everything asked about every product named; the list of all where none can be meant."""
    products = _meant(situation)[:_MOST]
    if not products:
        return [Reply(_list(situation))] if _wants_list(situation) else []
    topics = situation.reading.topics & _OF_PRODUCTS or _bare_mention(situation)
    lines = [line for p in products for line in _facts(situation, p, topics)]
    if not lines:
        return []
    sold_out = [p for p in products if not p.stock and topics & {Topic.PRICE, Topic.STOCK}]
    return [Reply("\n".join(lines)), *(_wanted(situation, p) for p in sold_out)]


def half_asked(situation: Situation) -> bool:
    """Whether a product came without its question, or a question without its product."""
    reading = situation.reading
    if reading.products:
        return not reading.topics and not reading.faqs
    return _without_name(situation) and not _meant(situation)


def _meant(situation: Situation) -> tuple[Product, ...]:
    """The products named, or the one in the buyer's mind if nothing else is: 眼霜多少钱 is not about it."""
    reading = situation.reading
    if reading.products:
        return reading.products
    if not _without_name(situation):
        return ()
    using = bool(reading.topics & _WHILE_USING)
    product = asked_about(situation) or (bought(situation.customer, situation.settings) if using else None)
    return (product,) if product else ()


def _without_name(situation: Situation) -> bool:
    reading = situation.reading
    return reading.complete and bool(reading.topics & _OF_PRODUCTS) and not reading.products


def _wants_list(situation: Situation) -> bool:
    """Whether the whole range is asked for, or something of it that only the buyer could name."""
    reading = situation.reading
    unnamed = _without_name(situation) and not reading.faqs
    return bool(situation.settings.products) and (Topic.RANGE in reading.topics or unnamed)


def _bare_mention(situation: Situation) -> set[Topic]:
    """那个面霜呢 wants to hear of it, 来两瓶面霜 the price; 面霜过敏了 neither."""
    reading = situation.reading
    if not reading.complete or reading.topics - {Topic.BUY} or reading.faqs:
        return set()
    several = len(reading.products) > 1 or Topic.BUY in reading.topics
    return {Topic.PRICE} if several else {Topic.PRICE, Topic.ABOUT}


def _facts(situation: Situation, product: Product, topics: set[Topic] | frozenset[Topic]) -> list[str]:
    settings, texts = situation.settings, situation.settings.texts
    facts = {"product": product.name, "price": show_money(product.price), "unit": product.unit}
    lines = []
    if topics & {Topic.PRICE, Topic.STOCK}:
        in_stock = texts.price if Topic.PRICE in topics else texts.in_stock
        lines.append(said(settings, in_stock if product.stock else texts.out_of_stock, **facts))
    # an FAQ such as 敏感肌能用吗 says it better than the product's description
    if Topic.ABOUT in topics and not situation.reading.faqs and product.about:
        lines.append(product.about)
    if Topic.USAGE in topics and product.usage:
        lines.append(product.usage)
    if Topic.LASTS in topics and product.use_days:
        days = str(product.use_days)
        lines.append(said(settings, texts.lasts, product=product.name, unit=product.unit, days=days))
    if lines and product.name not in lines[0]:
        lines[0] = f"{product.name}：{lines[0]}"
    return lines


def _list(situation: Situation) -> str:
    products = situation.settings.products[:_LISTED]
    rows = "\n".join(f"{p.name} {show_money(p.price)}/{p.unit}" for p in products)
    return said(situation.settings, situation.settings.texts.assortment, list=rows)


def _wanted(situation: Situation, product: Product) -> NotifySeller:
    called = situation.customer.called
    on = day(situation.now, situation.settings.shop.zone)
    why = f"{called} 问 {product.name}，现在没货，我说你会告诉他什么时候补。"
    text = f"{why}\n回他就打：回 {called} 文字"
    return NotifySeller(text, f"sold_out:{situation.customer.id}:{product.name}:{on}")
