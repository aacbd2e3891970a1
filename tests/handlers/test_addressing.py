"""How a customer is called: naturally, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.customer import Tag, TagSource
from handlers.addressing import called, greeting, is_elder, surname, variants_for
from handlers.content import TextKind, faults
from tests.handlers.shop import KNOWN, NOW

HER, HIM = ("女士",), ("男士",)


@pytest.mark.parametrize(
    ("name", "nickname", "tags", "expected"),
    [
        ("王小丽", "", HER, "王女士"),
        ("王建国", "", HIM, "王先生"),
        ("王建国", "老王", HIM, "王先生"),
        ("王 建 国", "", HIM, ""),  # three words: nobody's way to write a name
        ("王建国", "老王", (), "老王"),
        ("李女士", "小李", (), "李女士"),
        ("张丽（老客）", "", HER, "张女士"),
        ("张爱玲", "", HER, "张女士"),
        ("李梦", "", ("干皮", "女"), "李女士"),
        ("欧阳娜娜", "", ("宝妈",), "欧阳女士"),
        ("诸葛亮", "", HIM, "诸葛先生"),
        ("司马", "", HIM, "司马先生"),
        ("张三", "", (), ""),
        ("张三", "", ("男", "女"), ""),
        ("王", "", HER, ""),
        ("", "", HER, ""),
        ("阿卜杜拉", "", HIM, ""),
        ("古丽·阿依木", "", HER, ""),
        ("Maria", "", (), "Maria"),
        ("O'Brien", "", (), ""),
        ("王总", "", (), "王总"),
        ("高姐", "", (), "高姐"),
        ("", "小王", (), "小王"),
        ("", "小欧阳", (), "小欧阳"),
        ("", "小芳", (), "小芳"),
        ("", "阿芳", (), "阿芳"),
        ("", "王姐", (), "王姐"),
        ("", "丽姐", (), "丽姐"),
        ("", "小王姐", (), "小王姐"),
        ("", "陈先生", (), "陈先生"),
        ("", "欧阳老师", (), "欧阳老师"),
        ("", "丽丽", (), "丽丽"),
        ("", "🌸王姐🌸", (), "王姐"),
        ("", "~王姐~", (), "王姐"),
        ("", "王小丽", HER, "王女士"),
        ("", "王小丽", (), ""),
        ("", "Amy", (), "Amy"),
        ("", "amy", (), "Amy"),
        ("", "白云", HER, ""),
        ("", "安静", HER, ""),
        ("", "花开", HER, ""),
        ("", "快乐的风", HER, ""),
        ("", "多多", (), ""),
        ("", "豆豆", (), ""),
        ("", "宝宝", (), ""),
        ("", "小仙女", HER, ""),
        ("", "小太阳", (), ""),
        ("", "小店", (), ""),
        ("", "小米", (), ""),
        ("", "空姐", (), ""),
        ("", "表姐", (), ""),
        ("", "老板", (), ""),
        ("", "老公", (), ""),
        ("", "lucky", (), ""),
        ("", "amy123", (), ""),
        ("", "ZXC", (), ""),
        ("", "微信用户", HER, ""),
        ("", "👑", HER, ""),
        ("", "。", HER, ""),
        ("", "AAA建材批发", HIM, ""),
        ("", "A0小李二手车", HIM, ""),
        ("", "小张美甲店", HER, ""),
        ("", "美容院王总", (), ""),
        ("", "王记超市", HIM, ""),
        ("", "王姐 团购", (), ""),
        ("", "李 王", HER, ""),
    ],
)
def test_called(name: str, nickname: str, tags: tuple[str, ...], expected: str) -> None:
    assert called(name, nickname, tags) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("王丽", "王"), ("欧阳锋", "欧阳"), ("上官婉儿", "上官"), ("于谦", "于"), ("淳于意", "淳于"), ("王", ""),
     ("爱新觉罗", ""), ("Amy", ""), ("招商", ""), ("", "")],
)  # fmt: skip
def test_surname(name: str, expected: str) -> None:
    assert surname(name) == expected


def test_greeting_begins_a_sentence_or_is_nothing() -> None:
    tag = Tag("男士", TagSource.SELLER, NOW, NOW)
    assert greeting(replace(KNOWN, name="王建国", nickname="", tags=(tag,))) == "王先生，"
    assert greeting(replace(KNOWN, name="王建国", nickname="", tags=())) == ""


def test_elders_get_the_plain_variant_if_there_is_one() -> None:
    assert is_elder(["长辈"]) and is_elder([], 60)
    assert not is_elder(["干皮"]) and not is_elder([], 59) and not is_elder([])
    assert variants_for(True, ["a"], ["b"]) == ["b"]
    assert variants_for(True, ["a"], []) == ["a"]
    assert variants_for(False, ["a"], ["b"]) == ["a"]


PIECES = [*"王李小老阿欧阳丽芳建国姐哥总店批发🌸~ ·()（）1aZ", "先生", "女士", "Amy", "\ud800", "尊敬的"]
NAMES = st.text(max_size=12) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@given(NAMES, NAMES, st.sets(st.sampled_from(["女士", "男", "长辈", "干皮"])))
def test_any_name_is_called_something_short_or_nothing(name: str, nickname: str, tags: set[str]) -> None:
    found = called(name, nickname, tags)
    assert len(found) <= 12
    assert "尊敬" not in found
    assert found == "" or found.isalpha()
    assert called(found, "", ()) == found  # what one says is said again so
    assert faults(f"{found}，您好。" if found else "您好。", TextKind.CARE) == ()
