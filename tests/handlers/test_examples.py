"""The shop's own examples: found by the same and by almost the same words, and by no others."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from handlers.understanding.examples import LONGEST, Examples, from_rows
from handlers.understanding.meaning import Example, Intent
from handlers.understanding.normal import normalise


def example(text: str, intent: Intent = Intent.LOGISTICS) -> Example:
    return Example(text, intent, False)


def nearest(kept: str, asked: str) -> bool:
    found = Examples([example(kept)]).nearest(normalise(asked))
    assert found is None or found.text == kept
    return found is not None


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("好的", "好的"),
        ("好的", "好 的。"),
        ("包裹怎么还没到", "包裹怎么还没到！！"),
        ("包裹怎么還沒到", "包裹怎么还没到"),
        ("订单 20261121-1 怎么还没到", "订单20261122-17怎么还没到"),
        ("我的快递三天了怎么还没有动静啊", "我的快递三天了，怎么还没有动静"),
        ("收到的面霜盖子裂了一条缝漏了一半", "收到的面霜盖子裂了一道缝漏了一半"),
        ("用了两天\n脸都红了", "用了两天 脸都红了"),
        ("？", "?"),
        ("！！", "！！"),
        ("龘" * 900, "龘" * LONGEST),
    ],
)
def test_the_same_or_almost(kept: str, asked: str) -> None:
    assert nearest(kept, asked)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("好用", "好用?"),
        ("好的", "好吧"),
        ("包裹到了", "包裹到啦"),  # too short for more than the same
        ("这瓶面霜我用了三天感觉真的很好用", "这瓶面霜我用了三天感觉真的不好用"),
        ("昨天下单的那两瓶面霜已经收到货了", "昨天下单的那两瓶面霜已经收到货了吗"),
        ("包裹怎么还没到", "我要退货"),
        ("", "包裹怎么还没到"),
        ("包裹怎么还没到", ""),
        ("？", "！"),
    ],
)
def test_other_words(kept: str, asked: str) -> None:
    assert not nearest(kept, asked)


def test_the_same_words_before_almost_the_same_and_then_the_latest() -> None:
    first = example("我的快递三天了怎么还没有动静啊")
    second = example("我的快递三天了怎么还没有动静呀", Intent.COMPLAINT)
    examples = Examples([first, second])
    assert len(examples) == 2
    assert examples.nearest(first.text) == first
    assert examples.nearest(second.text) == second
    assert examples.nearest("我的快递三天了怎么还没有动静") == second
    again = example(first.text, Intent.OTHER)
    examples.add(again)
    assert len(examples) == 2
    assert examples.nearest(first.text) == again
    assert examples.nearest("我的快递三天了怎么还没有动静") == again


def test_rows_of_another_version_are_left_out() -> None:
    rows = [("好", "praise", False), ("谢", "thanks", True), ("烂", "complaint", True)]
    assert from_rows(rows) == [
        Example("好", Intent.PRAISE, False),
        Example("烂", Intent.COMPLAINT, True),
    ]


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=60))
def test_total_and_every_text_finds_itself(texts: list[str], asked: str) -> None:
    examples = Examples(example(text) for text in texts)
    examples.nearest(normalise(asked))
    for text in texts:
        found = examples.nearest(normalise(text))
        assert (found is not None) == bool(normalise(text))


_ALPHABET = "的我你了这买一面霜快递货天收到发什怎很用好" + string.ascii_lowercase[:6]


def test_nothing_near_is_missed_among_many() -> None:
    """Against looking at every one of them."""
    chance = random.Random(7)
    texts = ["".join(chance.choices(_ALPHABET, k=chance.randint(6, 50))) for _ in range(500)]
    examples = Examples(example(text) for text in texts)
    missed = near = 0
    for _ in range(1000):
        word = list(chance.choice(texts))
        for _ in range(chance.randint(0, 3)):
            place = chance.randrange(len(word))
            word[place : place + chance.randint(0, 1)] = chance.choice(["", *_ALPHABET])
        asked = "".join(word)
        if len(asked) >= 6 and any(fuzz.ratio(asked, text) >= 90 for text in texts):
            near += 1
            missed += examples.nearest(asked) is None
    assert near > 500
    assert missed == 0


def test_the_cost_does_not_grow_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever the same opening: how many are compared stays small."""
    compared: list[str] = []
    real = fuzz.ratio

    def counting(one: str, other: str, *, score_cutoff: float) -> float:
        compared.append(other)
        return real(one, other, score_cutoff=score_cutoff)

    chance = random.Random(7)
    examples = Examples(
        example("请问一下老板这个" + "".join(chance.choices(_ALPHABET, k=10))) for _ in range(5000)
    )
    monkeypatch.setattr("handlers.understanding.examples.fuzz.ratio", counting)
    examples.nearest("请问一下老板这个" + "龘" * 10)
    assert len(compared) < 200
