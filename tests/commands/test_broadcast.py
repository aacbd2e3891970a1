"""群发: shown first, one message per person, a few seconds apart, and nobody twice."""

from __future__ import annotations

from bot.core.delivery import Kind, Status
from tests.commands.conftest import Counter

LINE = "群发 标签=等新品 {name}新到一批桃花面膜，老客先挑"


def _fans(counter: Counter) -> None:
    for name in ("alice", "bob"):
        counter.tag(counter.buyer(name, name=f"王{'丽' if name == 'alice' else '芳'}"), "等新品")
    counter.buyer("carol")


def test_it_is_shown_and_waits_for_the_word(counter: Counter) -> None:
    _fans(counter)
    shown = counter.say(LINE)
    assert "2 位" in shown and "桃花面膜" in shown and "退订" in shown and "确认" in shown
    assert counter.pushed() == []
    counter.say("确认")
    rows = counter.pushed()
    assert [row.kind for row in rows] == [Kind.PROMO] * 2
    assert all("小林护肤" in row.text and row.status == Status.HELD for row in rows)
    assert rows[0].due_at < rows[1].due_at


def test_the_condition_may_be_joined_and_the_text_have_spaces(counter: Counter) -> None:
    _fans(counter)
    shown = counter.say("群发 标签=等新品 且 非 标签=羊毛党 新到 两样 先给老客看")
    assert "新到 两样 先给老客看" in shown


def test_nobody_in_particular_is_refused(counter: Counter) -> None:
    _fans(counter)
    assert "发给谁" in counter.say("群发 大家好 新到一批面膜")
    assert "没看懂" in counter.say("群发 标签= 新到一批面膜") or "没有符合" in counter.say(
        "群发 标签=没有这个 新到"
    )


def test_forbidden_words_are_refused_with_the_words_marked(counter: Counter) -> None:
    _fans(counter)
    assert "【根治" in counter.say("群发 标签=等新品 这款根治痘痘")


def test_only_the_owner_may(counter: Counter) -> None:
    _fans(counter)
    assert "只有店主" in counter.say(LINE, seller="小周", role="staff")


def test_it_can_be_taken_back_and_its_result_is_told(counter: Counter) -> None:
    _fans(counter)
    counter.say(LINE)
    counter.say("确认")
    assert "2 位" in counter.say("群发")
    assert "撤回" in counter.say("撤")
    assert {row.status for row in counter.pushed()} == {Status.DROPPED}
