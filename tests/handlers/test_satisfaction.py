"""How buyers answer 这样处理您满意吗？"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.meaning import Intent, Meaning
from handlers.understanding.verdict import Satisfaction, satisfaction

SATISFIED = [
    "满意", "很满意", "非常满意！", "满意满意", "挺满意的", "还算满意", "满意，谢谢", "嗯，满意", "1", "1。", "１",
    "选1", "1满意", "1 满意", "回复1", "一", "①", "还行", "还行吧", "还可以", "可以", "可以的", "可以吧", "好的", "好的谢谢",
    "好", "好滴", "嗯", "嗯嗯", "行", "行的", "ok", "OK的", "没问题", "没什么问题了", "没有问题", "没意见", "没有不满意",
    "没什么不满意的", "没有什么不满意", "不能再满意了", "满意得不得了", "不错", "还不错", "挺好的", "挺好", "处理得挺快",
    "谢谢你们，处理得挺快", "谢谢老板", "谢谢，辛苦了", "👍", "👍👍👍", "👌", "[强]", "[OK]", "[玫瑰]", "😊", "解决了",
    "已经解决了，谢谢", "钱到账了，谢谢", "收到退款了", "退了，谢谢", "满意，下次还来", "下次还买", "下次再来", "你们很负责",
    "态度很好", "没有失望", "不生气了", "没事了", "没事，理解", "5分", "五星", "10分", "给5星", "五星好评", "100分", "666",
    "可以接受", "能接受", "认可", "满意，请问新的什么时候到？", "可以，什么时候退款", "不好意思才看到，满意的", "太好了",
    "很及时", "点赞", "滿意", "满 意", "嗯嗯好的", "好的好的", "行，谢谢", "很好", "没毛病", "放心了", "满意了",
]  # fmt: skip
UNSATISFIED = [
    "不是很好", "不怎么样", "你们这样处理我不服", "处理结果可以，过程太慢了", "你们自己看着办",
    "不满意", "不太满意", "很不满意", "非常不满意！！", "不怎么满意", "不是很满意", "不是特别满意", "不大满意", "没多满意",
    "不满", "谈不上满意", "哪里满意了", "怎么可能满意", "2", "2不满意", "选2", "二", "②", "不行", "不好", "不可以", "有问题",
    "还有问题", "又坏了", "又漏了", "还是漏", "还是不行", "还没收到", "一直没收到", "没到账", "钱还没退", "没解决", "没人处理",
    "根本没处理", "下次不会买了", "再也不来了", "以后不会再买", "不会再来了", "除非退全款", "退全款我就满意",
    "再赔我50就可以", "全退才满意", "满意个鬼", "满意个屁", "满意才怪", "呵呵", "呵呵，满意", "谢谢你全家", "算了",
    "算了就这样吧", "算了吧", "算了，谢谢", "就这样吧", "随便", "随便吧", "无所谓了", "懒得说了", "认倒霉", "你们看着办",
    "还能怎么样", "不然呢", "太敷衍了", "敷衍我", "太慢了", "失望", "很失望", "差评", "我要投诉", "垃圾", "骗人的",
    "👎", "😡", "0分", "1分", "2星", "一星", "满意，但是又坏了", "处理还行，但是再也不买了", "不接受", "不同意", "赔得太少",
    "要求退款", "我要退款", "退钱", "谢谢，但我还是要退货", "你觉得我会满意吗？", "没诚意", "怎么又坏了？", "怎么还没退款？",
    "态度太差", "拉黑了", "心寒", "12315见", "不满意可以退吗", "没用", "没有用啊", "不滿意", "好个屁", "最后一次买",
]  # fmt: skip
UNCLEAR = [
    "不用了", "不用了谢谢", "东西还在路上", "那就这样",
    "", " ", "???", "退款什么时候到？", "什么时候退", "怎么退", "多久到账", "可以吗？", "满意吗", "满意什么？", "3", "12", "0",
    "勉强", "勉强吧", "凑合", "一般", "一般般", "马马虎虎", "好吧", "行吧", "那好吧", "等收到再说", "收到再告诉你",
    "先用用看", "还没用", "还没试", "再看看", "不好说", "不知道", "不能说不满意", "不是不满意", "也不算不满意", "哦",
    "收到", "在吗", "我想问个事", "你是谁", "[微笑]", "如果再坏怎么办", "3分", "三星", "60分", "1不满意", "有个问题想问",
    "你好", "面霜多少钱", "🤔", "希望下次注意", "考虑一下",
]  # fmt: skip


@pytest.mark.parametrize("text", SATISFIED)
def test_satisfied(text: str) -> None:
    assert satisfaction(text, None) is Satisfaction.SATISFIED


@pytest.mark.parametrize("text", UNSATISFIED)
def test_unsatisfied(text: str) -> None:
    assert satisfaction(text, None) is Satisfaction.UNSATISFIED


@pytest.mark.parametrize("text", UNCLEAR)
def test_unclear(text: str) -> None:
    assert satisfaction(text, None) is Satisfaction.UNCLEAR


COMPLAINT = Meaning(Intent.COMPLAINT, ((Intent.COMPLAINT, 0.9),), complaint=0.9)
PRAISE = Meaning(Intent.PRAISE, ((Intent.PRAISE, 0.9),), complaint=0.1)
WEAK_PRAISE = Meaning(Intent.PRAISE, ((Intent.PRAISE, 0.5),), complaint=0.1)


@pytest.mark.parametrize(
    ("text", "meaning", "expected"),
    [
        ("盖子松动", COMPLAINT, Satisfaction.UNSATISFIED),
        ("东西我用着呢", PRAISE, Satisfaction.SATISFIED),
        ("东西我用着", WEAK_PRAISE, Satisfaction.UNCLEAR),
        ("东西我用着", Meaning(), Satisfaction.UNCLEAR),
        ("满意", COMPLAINT, Satisfaction.SATISFIED),
        ("算了", PRAISE, Satisfaction.UNSATISFIED),
        ("退款什么时候到？", COMPLAINT, Satisfaction.UNCLEAR),
        ("勉强", PRAISE, Satisfaction.UNCLEAR),
    ],
)
def test_the_readers_meaning_decides_where_the_words_do_not(
    text: str, meaning: Meaning, expected: Satisfaction
) -> None:
    assert satisfaction(text, meaning) is expected


PIECES = [
    "满意",
    "不",
    "没有",
    "算了",
    "1",
    "2",
    "分",
    "个鬼",
    "？",
    "吗",
    "，",
    "但是",
    "还行",
    "👍",
    "😡",
    "又坏了",
    "除非",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
def test_any_text_has_one_answer(text: str) -> None:
    assert satisfaction(text, None) is satisfaction(text, None)


@given(st.text(max_size=30))
def test_a_flat_no_is_never_thanked(text: str) -> None:
    assert satisfaction(f"{text}\n不满意", None) is not Satisfaction.SATISFIED
