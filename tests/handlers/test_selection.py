"""找's conditions: what they say, what is wrong with them, and that nothing a seller types breaks them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.selection import (
    All,
    AnyOf,
    BornIn,
    BoughtWithin,
    Compared,
    Figure,
    Has,
    NoContactFor,
    Node,
    Not,
    NotBoughtFor,
    Sign,
    Trait,
    Words,
)
from handlers.selection import DEEPEST, EXAMPLE, LONGEST, MOST, Misread, is_selection, parse

SENSITIVE = Has(Trait.TAG, "敏感肌")
RICH = Compared(Figure.SPENT, Sign.MORE, Decimal(500))
AWAY = NotBoughtFor(90)


@pytest.mark.parametrize(
    ("typed", "node"),
    [
        (EXAMPLE, All((SENSITIVE, AWAY, RICH))),
        ("标签＝敏感肌，９０天未购、消费＞５００元", All((SENSITIVE, AWAY, RICH))),
        ("标签=敏感肌且90天未购且消费超过500", All((SENSITIVE, AWAY, RICH))),
        ("标签：敏感肌 90天没买 累计消费大于500", All((SENSITIVE, AWAY, RICH))),
        ("标签=敏感肌 或 90天未购 且 消费>500", AnyOf((SENSITIVE, All((AWAY, RICH))))),
        ("(标签=敏感肌 或 90天未购) 且 消费>500", All((AnyOf((SENSITIVE, AWAY)), RICH))),
        ("（标签=敏感肌或90天未购）消费>500", All((AnyOf((SENSITIVE, AWAY)), RICH))),
        ("非 标签=敏感肌", Not(SENSITIVE)),
        ("非标签=敏感肌 且 消费>500", All((Not(SENSITIVE), RICH))),
        ("非(标签=敏感肌 或 消费>500)", Not(AnyOf((SENSITIVE, RICH)))),
        ("标签!=敏感肌", Not(SENSITIVE)),
        ("订单数>=3", Compared(Figure.ORDERS, Sign.AT_LEAST, Decimal(3))),
        ("订单≥3单", Compared(Figure.ORDERS, Sign.AT_LEAST, Decimal(3))),
        ("客单价<=200.5", Compared(Figure.AVERAGE, Sign.AT_MOST, Decimal("200.5"))),
        ("消费>=1,200 且 积分>100", All((
            Compared(Figure.SPENT, Sign.AT_LEAST, Decimal(1200)),
            Compared(Figure.POINTS, Sign.MORE, Decimal(100)),
        ))),
        ("等级=金卡", Has(Trait.TIER, "金卡")),
        ("等级=无", Has(Trait.TIER, "")),
        ("阶段=老客户", Has(Trait.STAGE, "老客户")),
        ("分组=重要价值客户", Has(Trait.SEGMENT, "重要价值客户")),
        ("分组=重要价值", Has(Trait.SEGMENT, "重要价值客户")),
        ("类型=大客户", Has(Trait.KIND, "大客户")),
        ("城市=杭州", Has(Trait.PLACE, "杭州")),
        ("买过=面霜", Has(Trait.BOUGHT, "面霜")),
        ("没买过=面霜", Not(Has(Trait.BOUGHT, "面霜"))),
        ("买过=“面霜（50g）”", Has(Trait.BOUGHT, "面霜（50g）")),
        ("未联系=30天", NoContactFor(30)),
        ("30天未联系", NoContactFor(30)),
        ("2周没联系", NoContactFor(14)),
        ("未购=3个月", AWAY),
        ("30天内买过", BoughtWithin(30)),
        ("近30天下单", BoughtWithin(30)),
        ("生日=12月", BornIn(12)),
        ("生日=03", BornIn(3)),
        ("生日=本月", BornIn()),
        ("生日=下月", BornIn(None, 1)),
        ("敏感肌 且 消费>500", All((Words("敏感肌"), RICH))),
        ("敏感肌 或 油皮", AnyOf((Words("敏感肌"), Words("油皮")))),
        ("消费>500 且 名字里有且字的", All((RICH, Words("名字里有且字的")))),
    ],
)  # fmt: skip
def test_what_a_condition_says(typed: str, node: Node) -> None:
    assert is_selection(typed)
    assert parse(typed, ("银卡", "金卡")) == node


@pytest.mark.parametrize(
    ("typed", "at", "why"),
    [
        ("消费>abc", 3, "“abc”不是数，例：消费>500"),
        ("年龄>30", 0, "没有“年龄”这个条件"),
        ("标签=敏感肌 且 年龄>30", 9, "没有“年龄”这个条件"),
        ("标签=敏感肌 且", 8, "后面还差一个条件"),
        ("(标签=敏感肌", 0, "括号没有合上"),
        ("标签=敏感肌)", 6, "多了一个右括号"),
        ("标签>敏感肌", 0, "“标签”只能写 ="),
        ("标签=", 3, "标签后面还没写"),
        ("标签=“敏感肌", 3, "引号没有合上"),
        ("阶段=常客", 0, "阶段没有“常客”，有：潜客、新客"),
        ("等级=白金", 0, "等级没有“白金”，有：银卡、金卡"),
        ("生日=13月", 0, "“13月”不是月份"),
        ("未联系=很久", 0, "“很久”不是天数"),
        (" 且 ".join(["消费>1"] * (MOST + 1)), 30 * 7, "条件太多了"),
        ("!" * 100 + "标签=a", DEEPEST + 1, "套得太深了"),
        ("标签=" + "长" * LONGEST, LONGEST, "太长了"),
        ("", 0, "还没写条件"),
    ],
)
def test_what_is_wrong_is_said_and_where(typed: str, at: int, why: str) -> None:
    with pytest.raises(Misread, match=r".") as misread:
        parse(typed, ("银卡", "金卡"))
    assert why in str(misread.value)
    assert misread.value.at == at


@pytest.mark.parametrize(
    "typed",
    ["敏感肌", "面霜 杭州", "张三，李四", "非凡", "13812345678", "a:b", "#3", "李且", "或许", "90后", "消费高的"],
)  # fmt: skip
def test_plain_words_stay_plain_words(typed: str) -> None:
    assert not is_selection(typed)


PIECES = st.sampled_from(
    [
        "标签",
        "=",
        "敏感肌",
        "且",
        "或",
        "非",
        "(",
        ")",
        "（",
        "）",
        "，",
        "、",
        "|",
        "&",
        "!",
        ">",
        ">=",
        "≥",
        "<",
        "500",
        "90天未购",
        "消费",
        "订单数",
        "生日",
        "12月",
        "买过",
        "没买过",
        "未联系",
        "等级",
        "“",
        "”",
        '"',
        "且且",
        "元",
        ",",
    ]
)


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(PIECES, max_size=14).map("".join),
        st.lists(PIECES, max_size=14).map(" ".join),
    )
)
def test_anything_is_a_condition_or_misread(typed: str) -> None:
    is_selection(typed)
    try:
        node = parse(typed, ("金卡",))
    except Misread as misread:
        assert 0 <= misread.at <= len(typed)
        assert str(misread)
    else:
        assert parse(typed, ("金卡",)) == node


@given(st.text(max_size=40))
def test_what_is_in_quotes_is_taken_as_it_stands(value: str) -> None:
    value = value.replace('"', "").strip()
    if value:
        assert parse(f'买过="{value}" 且 消费>500') == All((Has(Trait.BOUGHT, value), RICH))
