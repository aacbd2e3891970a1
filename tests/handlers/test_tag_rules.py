"""Tag rules: which words hit, what becomes of a hit, and that the shipped rules do as their examples say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.__main__ import main
from bot.configuration import ConfigurationFaults, load
from bot.core.customer import Customer, Tag, TagSource
from bot.core.effects import AddTag, Effect, NotifySeller, RemoveTag
from bot.core.tag_rules import TagRule
from handlers import tagging
from handlers.brain import Brain
from handlers.tag_rules import Hit, TagRules
from handlers.understanding import Reader
from storage.db import Database
from storage.rows import TagRow
from tests.bench import Bench, answer_of
from tests.fakes.platform import Platform
from tests.handlers.shop import KNOWN, NOW, READER, SHOP, situation
from tests.handlers.test_properties import TEXTS
from tests.shop import copy_config

BOT, SELLER = TagSource.BOT, TagSource.SELLER
SHIPPED = TagRules(SHOP.tags, READER.lexicon.cutter)
GROUPS = """肤质 身材 年龄 工作 家庭 性格 购买习惯 喜好 爱好 生活习惯 服务偏好 促销态度 忌讳 价格 客户类型 在意 想买"""


def rule(tag: str = "记号", **more: Any) -> TagRule:
    return TagRule.model_validate({"tag": tag} | more)


class Rules:
    """Some rules; `taught`: with a reader of their own that knows their words."""

    def __init__(self, *rules: TagRule, taught: bool = False) -> None:
        self.reader = READER
        if taught:
            self.reader = Reader(SHOP.model_copy(update={"tags": rules}))
            self.reader.lexicon.warm()
        self.compiled = TagRules(rules, self.reader.lexicon.cutter)

    def hits(self, text: str) -> tuple[Hit, ...]:
        return self.compiled.matched(self.reader.read(text))

    def words(self, text: str) -> tuple[str, ...]:
        return tuple(word for hit in self.hits(text) for word in hit.words)


# --- which words hit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["今天阳光灿烂", "太烂了", "烂漫", "他破坏了", "好坏参半吗"])
def test_a_word_is_not_found_inside_another(text: str) -> None:
    assert not Rules(rule(any=["烂", "坏"])).hits(text)


@pytest.mark.parametrize("text", ["烂了", "收到都烂了", "瓶子坏了", "坏 了", "壞了", "都　坏了"])
def test_a_word_is_found_where_it_stands_alone(text: str) -> None:
    assert Rules(rule(any=["烂", "坏"])).hits(text)


def test_a_word_of_two_characters_is_listed_beside_its_part() -> None:
    assert Rules(rule(any=["太烂", "烂"])).words("质量太烂") == ("太烂",)


def test_an_exception_says_nothing_beside_its_words() -> None:
    rules = Rules(rule(any=["坏"], none=["换新", "可以换"]))
    assert rules.hits("瓶子坏了") and not rules.hits("坏了可以换新吗")


def test_all_words_are_needed_in_any_order() -> None:
    rules = Rules(rule(all=["花生", "过敏/不舒服"]))
    assert rules.words("我对花生过敏") == ("花生", "过敏")
    assert rules.words("不舒服，吃了花生") == ("花生", "不舒服")
    assert not rules.hits("花生多少钱") and not rules.hits("过敏了")


def test_with_any_one_of_those_is_needed_besides() -> None:
    rules = Rules(rule(any=["快递", "物流"], all=["慢"]))
    assert (
        rules.hits("物流好慢")
        and rules.hits("慢，你家快递")
        and rules.words("快递慢，物流") == ("快递", "物流", "慢")
    )
    assert not rules.hits("快递") and not rules.hits("好慢")


def test_the_window_counts_from_beginning_to_beginning() -> None:
    near, far = "花生 真的 过敏", "花生，昨天晚上吃了很多很多，然后今天早上就过敏了"
    assert Rules(rule(all=["花生", "过敏"], window=3)).hits(near)
    assert not Rules(rule(all=["花生", "过敏"], window=2)).hits(near)
    assert not Rules(rule(all=["花生", "过敏"], window=5)).hits(far)
    assert Rules(rule(all=["花生", "过敏"])).hits(far)
    assert Rules(rule(all=["花生", "过敏"], window=3)).hits("过敏" + far)


@pytest.mark.parametrize(
    "text",
    [
        "我不敏感",
        "不太敏感",
        "不是很敏感",
        "没有敏感",
        "别敏感",
        "皮肤并不敏感",
        "不知道，但我不敏感",
        "从来没敏感过",
    ],
)
def test_a_negation_within_three_words_counts_against_it(text: str) -> None:
    assert not Rules(rule(any=["敏感"])).hits(text)
    assert Rules(rule(any=["敏感"], negatable=False)).hits(text)


@pytest.mark.parametrize(
    "text",
    [
        "不好意思，敏感能用吗",
        "不是油皮是敏感",
        "不用了，敏感",
        "不知道敏感能用吗",
        "不错，敏感",
        "能不能敏感也用",
        "敏不敏感",
        "特别敏感",
        "别人用了我敏感",
        "不想要这个香味因为我会敏感",
        "有没有敏感用的",
    ],
)
def test_other_negations_do_not(text: str) -> None:
    assert Rules(rule(any=["敏感"])).hits(text)


def test_a_word_may_hold_the_negation_itself() -> None:
    rules = Rules(rule(any=["不吃辣", "吃不了辣"]))
    assert rules.hits("我不吃辣") and rules.hits("真的吃不了辣") and not rules.hits("我爱吃辣")


@pytest.mark.parametrize("text", ["ＸＬ码", "xl", "穿XL的", "我要 Xl"])
def test_width_and_case_make_no_difference(text: str) -> None:
    assert Rules(rule(any=["XL"])).words(text) == ("xl",)
    assert not Rules(rule(any=["XL"])).hits("xxl")


def test_traditional_characters_in_rules_and_texts() -> None:
    assert Rules(rule(any=["過敏"])).hits("我過敏") and Rules(rule(any=["過敏"])).hits("我过敏")


def test_phrases_begin_and_end_where_words_do() -> None:
    rules = Rules(rule(any=["我老公", "双十一"]), rule("老公", any=["老公"]), taught=True)
    assert rules.words("问问我老公") == ("我老公", "老公")
    assert rules.words("双十一再买") == ("双十一",)


def test_rules_do_not_change_how_the_rest_is_read() -> None:
    taught, plain = READER, Rules(taught=True).reader
    lines = [line for rule in SHOP.tags for line in rule.examples.hits]
    same = [taught.read(line) == plain.read(line) for line in lines]
    assert same.count(False) <= len(lines) // 50, [x for x, s in zip(lines, same, strict=True) if not s]


def test_before_jieba_is_there_single_characters_are_not_trusted() -> None:
    rules = (rule("烂", any=["烂"]), rule("敏感肌", any=["敏感肌"]))
    cold = Reader(SHOP.model_copy(update={"tags": rules}))
    compiled = TagRules(rules, cold.lexicon.cutter)
    assert [hit.tag for hit in compiled.matched(cold.read("我敏感肌，灿烂"))] == ["敏感肌"]


def test_hits_come_in_the_order_of_the_rules() -> None:
    rules = Rules(rule("乙", any=["油皮"]), rule("甲", group="肤质", any=["敏感肌"]))
    assert [(hit.tag, hit.group) for hit in rules.hits("敏感肌，油皮")] == [("乙", ""), ("甲", "肤质")]


# --- any text whatsoever ------------------------------------------------------------------------------

RULE_WORDS = sorted({word for rule in SHOP.tags for word in rule.words})
TALK = st.lists(
    st.one_of(st.sampled_from(RULE_WORDS), st.sampled_from("不没别我你是的，。 了吗太很")), max_size=12
)


@given(st.one_of(TEXTS, TALK.map("".join)))
def test_no_text_raises_and_the_same_text_hits_the_same(text: str) -> None:
    hits = SHIPPED.matched(READER.read(text))
    assert hits == SHIPPED.matched(READER.read(text))
    assert all(
        hit.words and set(hit.words) <= {w for word in hit.rule.words for w in _forms(word)} for hit in hits
    )


def _forms(word: str) -> set[str]:
    return {READER.read(word).normal.replace(" ", "")}


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6), min_size=1, max_size=4
    ),
    TEXTS,
)
def test_no_word_of_a_rule_raises(words: list[str], text: str) -> None:
    try:
        made = rule(any=words)
    except ValidationError:
        return
    compiled = TagRules([made], READER.lexicon.cutter)
    compiled.matched(READER.read(text + words[0]))


# --- what becomes of a hit ----------------------------------------------------------------------------


def recorded(customer: Customer, text: str, *rules: TagRule) -> list[Effect]:
    made = Rules(*rules)
    return tagging.record(replace(situation(customer, text), hits=made.hits(text)))


def having(*tags: Tag) -> Customer:
    return replace(KNOWN, tags=tags)


def had(name: str, count: int = 1, ago: timedelta = timedelta(days=2), source: TagSource = BOT) -> Tag:
    return Tag(name, source, NOW - ago, NOW - ago, count)


def test_a_hit_becomes_a_tag_with_its_words() -> None:
    found = recorded(KNOWN, "我干皮，脸很干", rule("干皮", any=["干皮", "脸很干"]))
    assert found == [AddTag(1, "干皮", BOT, "干皮、脸很干")]


def test_two_rules_of_one_tag_are_one_tag() -> None:
    found = recorded(KNOWN, "干皮，起皮", rule("干", any=["干皮"]), rule("干", any=["起皮"]))
    assert found == [AddTag(1, "干", BOT, "干皮、起皮")]


def test_within_the_cool_down_a_hit_does_not_count_again() -> None:
    dry = rule("干皮", any=["干皮"], cool_down="3d")
    assert not recorded(having(had("干皮")), "干皮", dry)
    assert recorded(having(had("干皮", ago=timedelta(days=3))), "干皮", dry)
    always = rule("干皮", any=["干皮"], cool_down="0s")
    assert recorded(having(had("干皮", ago=timedelta())), "干皮", always)


BARGAIN = (rule("羊毛党", any=["羊毛"], score=2, needs=3), rule("羊毛党", any=["红包"], needs=3))


def test_points_are_kept_in_a_doubtful_tag_until_there_are_enough() -> None:
    assert recorded(KNOWN, "有红包吗", *BARGAIN) == [AddTag(1, "羊毛党?", BOT, "红包")]
    assert recorded(KNOWN, "薅羊毛", *BARGAIN) == [AddTag(1, "羊毛党?", BOT, "羊毛")] * 2
    sure = AddTag(1, "羊毛党", BOT, "羊毛")
    assert recorded(having(had("羊毛党?")), "薅羊毛", *BARGAIN) == [sure, RemoveTag(1, "羊毛党?")]
    assert recorded(KNOWN, "羊毛和红包", *BARGAIN) == [replace(sure, words="羊毛、红包")]
    assert recorded(having(had("羊毛党", 5)), "有红包吗", *BARGAIN) == [replace(sure, words="红包")]


def test_a_doubt_cools_down_too() -> None:
    assert not recorded(having(had("羊毛党?", ago=timedelta(hours=1))), "有红包吗", *BARGAIN)


def test_a_doubt_that_the_seller_wrote_is_left_alone() -> None:
    found = recorded(having(had("羊毛党?", source=SELLER)), "薅羊毛", *BARGAIN)
    assert found == [AddTag(1, "羊毛党", BOT, "羊毛")]


def test_the_seller_is_told_once() -> None:
    big = rule("大客户", any=["批发"], does="notify")
    [_, told] = recorded(KNOWN, "批发什么价", big)
    assert isinstance(told, NotifySeller) and told.key == "tag:大客户:1"
    assert "批发什么价" in told.text and "标签 小王 -大客户" in told.text
    again = recorded(having(had("大客户")), "批发什么价", big)
    assert [type(effect) for effect in again] == [AddTag]


def test_what_cannot_be_read_shows_no_trait() -> None:
    assert not recorded(KNOWN, "", rule(any=["图"]))


# --- through the brain and the database ---------------------------------------------------------------


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database, {"sandbox": Platform()})


@pytest.fixture
def buyer(bench: Bench) -> int:
    contact = bench.contact("sandbox", "xiaoli")
    assert contact.customer_id
    return contact.customer_id


def tags_of(bench: Bench) -> dict[str, tuple[str, int, str]]:
    return {row.name: (row.source, row.times, row.words) for row in bench.rows(TagRow)}


async def say(bench: Bench, text: str, *rules: TagRule) -> None:
    settings = SHOP.model_copy(update={"tags": rules})
    engine = bench.engine(Brain(settings, READER))
    await engine.submit(bench.message("sandbox", "xiaoli", text))
    await engine.drain()


async def test_a_buyers_words_leave_a_tag_that_counts(bench: Bench) -> None:
    oily = rule("油皮", any=["油皮", "大油田"])
    for text, hours in (("我是油皮", 1), ("真的是油皮", 24), ("大油田一个", 0)):
        await say(bench, text, oily)
        bench.hand.forward(hours=hours)
    assert tags_of(bench) == {"油皮": (BOT, 2, "大油田")}
    assert answer_of(bench, "sandbox", "xiaoli")


async def test_points_add_up_over_messages(bench: Bench) -> None:
    for text in ("有红包吗", "来薅羊毛了"):
        await say(bench, text, *BARGAIN)
        bench.hand.forward(days=2)
    assert tags_of(bench) == {"羊毛党": (BOT, 1, "羊毛")}


async def test_the_sellers_tag_is_never_overwritten(bench: Bench, buyer: int) -> None:
    bench.write(AddTag(buyer, "油皮", SELLER, "店主写的"))
    bench.hand.forward(days=2)
    await say(bench, "我是油皮", rule("油皮", any=["油皮"]))
    assert tags_of(bench) == {"油皮": (SELLER, 2, "店主写的")}


# --- the shipped rules and the seller's own -----------------------------------------------------------


def test_every_shipped_example_is_as_it_says() -> None:
    assert list(SHIPPED.failing_examples(READER)) == []


def test_the_shipped_set_is_worth_its_name() -> None:
    assert len(SHOP.tags) >= 120
    assert {rule.group for rule in SHOP.tags} == set(GROUPS.split())
    for rule in SHOP.tags:
        assert len(rule.examples.hits) >= 2 and rule.examples.misses, rule.tag
        assert rule.does == "tag", "the seller hears of the message itself already"


def test_ordinary_talk_shows_few_traits() -> None:
    lines = Path(__file__).with_name("ordinary.txt").read_text("utf-8").splitlines()
    found = Counter(hit.tag for line in lines for hit in SHIPPED.matched(READER.read(line)))
    assert found.total() <= 14, found


def check(path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", "--config", str(path)])
    return done.exit_code, done.output


def own_rules(tmp_path: Path, rules: str) -> Path:
    path = copy_config(tmp_path)
    shop, _, _ = path.read_text("utf-8").partition("\ntags:")
    path.write_text(f"{shop}\ntags:\n{rules}", "utf-8")
    return path


def test_check_names_every_failing_example(tmp_path: Path) -> None:
    rules = (
        "  - {tag: 甲, any: [油皮], examples: {hits: [我是油皮]}}\n"
        "  - {tag: 乙, any: [烂], none: [可以换], examples: {hits: [花开得灿烂, 不烂, 烂了可以换吗], misses: [烂了]}}\n"
        "  - {tag: 丙, all: [花生, 过敏], window: 2, examples: {hits: [花生吃了会过敏]}}\n"
    )
    code, said = check(own_rules(tmp_path, rules))
    places = [line.partition(":")[0] for line in said.splitlines() if line.startswith("tags[")]
    assert code == 2 and "没有问题" not in said
    assert places == [
        "tags[1].examples.hits[0]",
        "tags[1].examples.hits[1]",
        "tags[1].examples.hits[2]",
        "tags[1].examples.misses[0]",
        "tags[2].examples.hits[0]",
    ]
    for why in ("灿烂", "前面有否定", "none 的“可以换”", "不该打上", "window: 2"):
        assert why in said, why


def test_check_is_content_with_right_examples(tmp_path: Path) -> None:
    code, said = check(
        own_rules(
            tmp_path, "  - {tag: 甲, any: [油皮], examples: {hits: [我是油皮], misses: [我不是油皮]}}\n"
        )
    )
    assert (code, "没有问题" in said) == (0, True)


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ("- {tag: 甲}", "tags[0]: any 和 all 至少写一个"),
        ("- {tag: 甲, any: []}", "tags[0]: any 和 all 至少写一个"),
        ("- {tag: 甲?, any: [油皮]}", "tags[0].tag: 标签最后不要写问号"),
        ("- {tag: 甲 乙, any: [油皮]}", "tags[0].tag: 标签里不要有空格"),
        ("- {tag: +甲, any: [油皮]}", "tags[0].tag: 标签里不要有空格"),
        (f"- {{tag: {'长' * 20}, any: [油皮]}}", "tags[0].tag: 最多 19 个字"),
        ("- {tag: 甲, any: [油皮/]}", "tags[0].any[0]: / 的两边都要有词"),
        ("- {tag: 甲, any: [油皮], window: 0}", "tags[0].window: 不能小于 1"),
        ("- {tag: 甲, any: [油皮], cool_down: soon}", "tags[0].cool_down: "),
        ("- {tag: 甲, any: [油皮], does: shout}", "tags[0].does: 只能写 tag、notify"),
        ("- {tag: 甲, any: [油皮], word: x}", "tags[0].word: 不认识这个键"),
        (
            "- {tag: 甲, any: [油皮]}\n- {tag: 甲, any: [大油皮], needs: 2}",
            "tags: tags[1] 和 tags[0] 都是“甲”，needs",
        ),
    ],
)
def test_a_wrong_rule_is_one_clear_line(tmp_path: Path, rules: str, fault: str) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        load(own_rules(tmp_path, rules), {})
    [line] = caught.value.faults
    assert line.startswith(fault), line


def test_a_named_list_may_stand_among_words(tmp_path: Path) -> None:
    rules = "- {tag: 甲, any: [油皮], none: &others [我妈, 老公]}\n- {tag: 乙, any: [干皮], none: [*others, 不干]}"
    assert load(own_rules(tmp_path, rules), {}).tags[1].none == ("我妈", "老公", "不干")
