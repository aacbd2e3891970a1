"""The learned part: made from this project's own corpus, and nothing but the corpus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.effects import AskedSeller
from bot.training import trained
from handlers import decide_message
from handlers.situation import Situation
from handlers.understanding import Reader
from handlers.understanding.learned import Model
from handlers.understanding.learned.training import read_corpus
from handlers.understanding.meaning import Example, Intent
from handlers.understanding.reading import prepared
from tests.handlers.shop import KNOWN, NOW, SHOP, reply


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    reader = Reader(SHOP)
    reader.warm(str(tmp_path_factory.mktemp("jieba")))
    return reader


def test_the_shipped_weights_are_what_the_corpus_gives(reader: Reader) -> None:
    """Compared by what they say: another processor adds up in another order, and ends a hair elsewhere."""
    shipped, anew = Model.load(), trained(())
    assert shipped.outputs == anew.outputs
    assert len(set(shipped.names) ^ set(anew.names)) < 0.01 * len(anew.names)
    texts = [prepared(example.text) for example in read_corpus()[::20]]
    judged = [[m.judge(t, reader.lexicon.cutter.cut(t)) for t in texts] for m in (shipped, anew)]
    apart = [abs(a.complaint - b.complaint) for a, b in zip(*judged, strict=True)]
    assert max(apart) < 0.15 and sum(apart) / len(apart) < 0.01
    same = sum(a.scores[0][0] is b.scores[0][0] for a, b in zip(*judged, strict=True))
    assert same > 0.995 * len(texts)


def test_the_corpus_is_large_varied_and_says_each_thing_once() -> None:
    corpus = read_corpus()
    assert len(corpus) > 10_000
    assert {e.intent for e in corpus} == set(Intent)
    texts = [prepared(e.text) for e in corpus]
    assert len(set(texts)) > 0.98 * len(texts)


@pytest.mark.parametrize(
    ("text", "intent", "wrong"),
    [
        ("面霜多少钱一瓶啊", Intent.CONSULT, False),
        ("坏了可以换新吗", Intent.CONSULT, False),
        ("收到三瓶 我拍的是四瓶", Intent.COMPLAINT, True),
        ("瓶盖裂了 漏得到处都是", Intent.COMPLAINT, True),
        ("显示签收了 可我没拿到", Intent.COMPLAINT, True),
        ("不是质量问题 就是不想要了 能退吗", Intent.RETURN_REFUND, False),
        ("快递到哪了呀", Intent.LOGISTICS, False),
        ("帮我改下地址", Intent.ORDER, False),
        ("用了一个月 皮肤好多了 谢谢老板", Intent.PRAISE, False),
        ("笑容灿烂的一天", Intent.OTHER, False),
        ("转人工", Intent.HUMAN, False),
        ("人工 我的东西坏了没人管", Intent.HUMAN, True),
        ("退订", Intent.OPT_OUT, False),
        ("好的", Intent.OTHER, False),
        ("谢谢", Intent.PRAISE, False),
    ],
)
def test_what_everybody_would_read_so(reader: Reader, text: str, intent: Intent, wrong: bool) -> None:
    meaning = reader.read(text).meaning
    assert (meaning.intent, meaning.is_complaint) == (intent, wrong), meaning


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("孩子误食了你们的干燥剂", "红线"),
        ("用了以后脸肿了 送急诊了", "红线"),
        ("再不处理我打12315了", "红线"),
        ("第三次了 每次都发错 差评", "关键"),
        ("瓶子碎了 我明天就要用", "紧急"),
        ("建议你们出个大瓶的", "建议"),
        ("包邮吗", "普通"),
        ("会不会过敏要是住院了怎么办", "普通"),
    ],
)
def test_urgency(reader: Reader, text: str, urgency: str) -> None:
    assert reader.read(text).meaning.urgency.value == urgency


@pytest.mark.parametrize(
    "text", ["来两瓶面霜", "面霜来一瓶", "再来两瓶", "两瓶", "太贵了", "有点贵，我再看看", "买洗面奶一支"]
)
def test_who_buys_or_finds_it_dear_does_not_complain(reader: Reader, text: str) -> None:
    assert not reader.read(text).meaning.is_complaint


def test_a_reading_has_its_entities(reader: Reader) -> None:
    entities = reader.read("我是张三 13800138000，顺丰 SF1234567890123 还没到").entities
    assert [phone.number for phone in entities.phones] == ["13800138000"]
    assert [parcel.number for parcel in entities.tracking] == ["SF1234567890123"]


def test_it_says_why(reader: Reader) -> None:
    because = reader.read("收到货了 少了一瓶面霜").meaning.because
    assert because and all(words.strip("“”") in "收到货了少了一瓶面霜" for words in because)


def test_a_correction_counts_at_once(reader: Reader) -> None:
    fresh = Reader(SHOP)
    text = "你们家那个玫瑰的是不是换配方了"
    fresh.learn(Example(text, Intent.COMPLAINT, True))
    assert fresh.read(text).meaning.intent is Intent.COMPLAINT
    assert fresh.read("你们家那个玫瑰的是不是换了配方").meaning.is_complaint


@pytest.mark.parametrize("polite", ["您好，", "麻烦问一下 ", "亲 在吗 ", "不好意思打扰了，"])
@pytest.mark.parametrize(
    "wrong", ["瓶盖裂了 漏得到处都是", "显示签收了 可我没拿到", "收到三瓶 我拍的是四瓶", "面霜发霉了"]
)
def test_polite_words_do_not_turn_a_complaint(reader: Reader, polite: str, wrong: str) -> None:
    assert reader.read(polite + wrong).meaning.is_complaint
    assert reader.read(wrong + " 谢谢").meaning.is_complaint


@given(st.text(max_size=300))
def test_any_text_is_read_the_same_twice(text: str) -> None:
    assert READY.read(text) == READY.read(text)


def _ready() -> Reader:
    reader = Reader(SHOP)
    reader.warm()
    return reader


READY = _ready()


def test_the_shops_own_training_takes_effect(tmp_path: Path) -> None:
    own = Model(
        ["w:面霜"],
        [*(i.value for i in Intent), "complaint_probability"],
        np.zeros((1, 10), np.float32),
        np.zeros(10, np.float32),
    )
    own.save(tmp_path / "understanding.npz")
    reader = Reader(SHOP)
    reader.warm(str(tmp_path))
    shares = dict(reader.read("玫瑰面霜的事").meaning.scores)
    assert max(shares.values()) - min(shares.values()) < 1e-6


def test_praise_is_thanked_for_and_waits_for_nobody(reader: Reader) -> None:
    text = "谢谢，用着不错"
    found = decide_message(Situation(KNOWN, text, reader.read(text), SHOP, NOW, ("m1",)))
    assert reply(found) == SHOP.texts.praised
    assert not any(isinstance(e, AskedSeller) for e in found)
