"""What holds for any text whatsoever."""

from __future__ import annotations

import unicodedata
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from bot.core.effects import NotifySeller, Reply
from handlers import decide_message, needs_silence
from handlers.understanding.normal import normalise
from tests.handlers.shop import KNOWN, NEW, READER, situation
from tests.handlers.test_reading import LINES

ANYTHING = st.text(st.characters(), max_size=60)
SHOPPY = st.lists(
    st.sampled_from(
        [
            *"面霜膜水多少钱有货吗退订包邮快递到哪了人工好的?！ 。\n\ue000\ud800\x00",
            "mian",
            "shuang",
            "sk-ii",
            "[微笑]",
        ]
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(ANYTHING, SHOPPY)
TO_TRADITIONAL = OpenCC("s2t")


@given(TEXTS)
def test_no_text_raises_and_the_same_text_reads_the_same(text: str) -> None:
    assert READER.read(text) == READER.read(text)


@given(st.text(max_size=200))
def test_normalising_never_raises_and_leaves_no_double_space(text: str) -> None:
    assert "  " not in normalise(text)


@given(TEXTS)
def test_width_makes_no_difference(text: str) -> None:
    level = text.encode("utf-8", "replace").decode()
    assert READER.read(_full_width(level)) == READER.read(unicodedata.normalize("NFKC", _full_width(level)))


@given(st.sampled_from([text for text, _ in LINES]))
def test_script_width_and_case_make_no_difference(text: str) -> None:
    plain = READER.read(text)
    for variant in (TO_TRADITIONAL.convert(text), _full_width(text), text.upper(), f"  {text}\u3000"):
        other = READER.read(variant)
        assert (other.products, other.topics, other.faqs) == (plain.products, plain.topics, plain.faqs), (
            variant
        )
        assert (other.greeting, other.human, other.opt_out) == (plain.greeting, plain.human, plain.opt_out)


@given(TEXTS, st.booleans(), st.booleans())
def test_every_message_is_decided_and_answered_once_at_most(text: str, new: bool, heard: bool) -> None:
    at_hand = situation(NEW if new else KNOWN, text, heard=heard)
    effects = decide_message(at_hand)
    replies = [e for e in effects if isinstance(e, Reply)]
    keys = [e.key for e in effects if isinstance(e, NotifySeller)]
    assert len(replies) <= 1
    assert all(r.text.strip() for r in replies)
    assert len(set(keys)) == len(keys)
    assert isinstance(needs_silence(at_hand, effects), bool)
    assert at_hand.now.tzinfo is UTC


@settings(max_examples=5)
@given(st.sampled_from(["亲", "好", "t", "面", "谢", "[", "你好 ", "不要", "mianshuang ", "多少"]))
def test_long_texts_are_read_in_no_time(piece: str) -> None:
    assert READER.read(piece * 20_000).normal


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
