"""The example shop's texts hold to the shop's voice (VOICE.md) and to China's advertising law."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.core.settings import Texts
from handlers.content import TextKind, faults
from handlers.understanding import Reader
from tests.handlers.shop import READER, SHOP

TEXTS = SHOP.texts.model_dump()
OF_PRODUCTS = [text for p in SHOP.products for text in (p.about, p.usage, p.care)]
SAID = [*TEXTS.values(), *(f.answer for f in SHOP.faq), *OF_PRODUCTS]
FORBIDDEN = ["修复", "亲，", "尊敬"]
"""What this shop does not say, beyond what no text may (`handlers.content`)."""


@pytest.mark.parametrize("text", SAID)
def test_plain_short_and_lawful(text: str) -> None:
    assert faults(text, TextKind.REPLY) == ()
    assert [w for w in FORBIDDEN if w in text] == []
    assert len(text) <= 75
    assert text.count("!") + text.count("！") + text.count("~") <= 1


@pytest.mark.parametrize("faq", SHOP.faq, ids=lambda f: f.ask[0])
def test_every_way_to_ask_finds_its_answer(faq) -> None:  # type: ignore[no-untyped-def]
    assert [ask for ask in faq.ask if READER.read(ask.replace(" ", "")).faqs[:1] != (faq,)] == []


@pytest.mark.parametrize("product", SHOP.products, ids=lambda p: p.name)
def test_every_alias_finds_its_product(product) -> None:  # type: ignore[no-untyped-def]
    names = (product.name, *product.aliases)
    assert [n for n in names if READER.read(f"{n}多少钱").products != (product,)] == []


@pytest.mark.parametrize("broken", ["{produkt}", "{product.name}", "{", "{0}"])
def test_a_text_that_cannot_be_filled_is_refused(broken: str) -> None:
    with pytest.raises(ValidationError):
        Texts.model_validate({**TEXTS, "price": broken})


def test_unless_keeps_an_answer_back() -> None:
    reader: Reader = READER
    assert reader.read("能退吗").faqs
    assert not reader.read("过敏了能退吗").faqs
