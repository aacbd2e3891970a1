"""How a line is read: names, width, glue, wrong arguments, choices, 确认."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col

from bot.core.effects import Reply
from bot.core.events import SellerMessage
from handlers.commands import find_command, run_command
from handlers.commands.catalogue import COMMANDS
from handlers.commands.desk import Desk
from handlers.commands.framework import Command
from storage.rows import AuditRow, CustomerRow
from tests.commands.conftest import Counter

_NAMES = [name for c in COMMANDS for name in (c.name, *c.aliases)]


_PROMISED = "帮助 客户 找 标签 备注 订单 发货 签收 未下单 投诉 改 回 接管 交还 停 恢复 撤 为什么 标错 是"


def test_every_command_is_there_with_an_english_name() -> None:
    assert set(_PROMISED.split()) <= {c.name for c in COMMANDS}
    assert all(any(alias.isascii() for alias in c.aliases) for c in COMMANDS)
    assert len(_NAMES) == len(set(_NAMES))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_example_is_read_by_its_own_command(command: Command) -> None:
    assert command in COMMANDS
    found = find_command(command.example)
    assert found is not None
    assert found[0] is command
    found[0].read(found[1])


def test_help_lists_a_line_for_each_and_explains_one(counter: Counter) -> None:
    told = counter.say("帮助").splitlines()
    assert all(any(line.startswith(c.usage) for line in told) for c in COMMANDS)
    one = counter.say("help ship")
    assert "用法：发货 订单或名 [快递] 单号" in one
    assert "例：发货" in one
    assert "没有“跳舞”" in counter.say("帮助 跳舞")


@pytest.mark.parametrize(
    "line",
    [
        "客户 小丽",
        "/客户 小丽",
        "／客户　小丽",
        "客户小丽",
        "客户：小丽",
        "customer 小丽",
        "ＣＵＳＴＯＭＥＲ 小丽",
        "/Customer  小丽 ",
    ],
)
def test_the_same_line_in_many_spellings(counter: Counter, xiaoli: int, line: str) -> None:
    assert counter.say(line).startswith(f"小丽 #{xiaoli}")


@pytest.mark.parametrize(
    "command",
    [c for c in COMMANDS if any(f.is_required() for f in c.arguments.model_fields.values())],
    ids=lambda c: c.name,
)
def test_too_little_is_answered_with_usage_and_example(counter: Counter, command: Command) -> None:
    told = counter.say(command.name)
    assert told == f"还差一些内容。\n用法：{command.usage}\n例：{command.example}"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("订单 小丽 面霜 很贵", "金额看不懂：很贵"),
        ("订单 小丽 面霜 129 许多", "数量看不懂：许多"),
        ("订单 小丽 面霜 129 0", "数量看不懂：0"),
        ("订单 小丽 面霜 129 2 3", "多了“3”"),
        ("订单 小丽 面霜 999999999", "金额太大"),
        ("订单 小丽 面霜 999,999,999,999,999,999,999", "金额太大"),
        ("订单 小丽 面霜 -5", "金额看不懂"),
        ("发货 小丽 1234", "不像快递单号"),
        ("撤 那个", "多了“那个”"),
        ("标签 小丽 敏感肌", "“敏感肌”前面写 + 是加"),
        ("标签 小丽 +干 -干", "又加又去"),
        ("客户 " + "长" * 101, "太长了，最多 100 个字"),
    ],
)
def test_a_wrong_argument_is_answered_with_usage_and_example(
    counter: Counter, xiaoli: int, line: str, fault: str
) -> None:
    told = counter.say(line)
    assert fault in told.splitlines()[0]
    assert "\n用法：" in told
    assert "\n例：" in told


def test_what_is_no_command(counter: Counter) -> None:
    assert counter.say("外面天气不错") == "没看懂这句。发 帮助 看能做什么。"
    assert counter.say("") == "没看懂这句。发 帮助 看能做什么。"
    assert "是不是要：停 全部" in counter.say("停全部")


def test_a_name_that_nobody_has(counter: Counter) -> None:
    assert counter.say("客户 王五") == "没有找到“王五”。发 找 王 看看有谁。"
    assert counter.say("订单 王五 面霜 129") == "没有找到“王五”。发 找 王 看看有谁。"


def test_two_of_one_name_are_a_choice_by_number(counter: Counter) -> None:
    counter.buyer("a1", name="小丽", phone="13800001111")
    second = counter.buyer("a2", name="小丽")
    told = counter.say("备注 小丽 爱喝茶")
    assert told.splitlines()[0] == "“小丽”有 2 位，是哪位？回数字："
    assert "尾号1111" in told
    assert counter.say("9").startswith("没有 9。回 1 到 2")
    assert "爱喝茶" in counter.say("２")
    assert [r.note for r in counter.rows(CustomerRow)] == ["", counter.customer(second).note]


def test_a_choice_and_a_confirmation_in_one_command(counter: Counter) -> None:
    counter.buyer("a1", name="小丽")
    counter.buyer("a2", name="小丽")
    for _ in range(2):
        counter.say("订单 小丽 面霜 129")
        told = counter.say("1")
    assert "一模一样" in told
    assert "20261121-2" in counter.say("确认")


def test_an_exact_name_is_preferred_and_a_number_always_fits(counter: Counter) -> None:
    first = counter.buyer("a1", name="小丽")
    second = counter.buyer("a2", nickname="小丽丽")
    assert counter.say("客户 小丽").startswith(f"小丽 #{first}")
    assert counter.say(f"客户 #{second}").startswith("小丽丽")
    assert "没有找到" in counter.say("客户 #999999999999999999999999999999")


@pytest.mark.parametrize(
    "name", ["100%", "a_b", "back\\slash", "o'neil", "{name}", "“引号”", "小丽（上海）", "ＡＢＣ", "#1"]
)
def test_names_with_characters_that_mean_something_elsewhere(counter: Counter, name: str) -> None:
    counter.buyer("other", nickname="100 a b backslash")
    counter.buyer("this", nickname=f"前{name}后")
    assert counter.say(f"客户 前{name}").startswith(f"前{name}后")
    assert f"前{name}后" in counter.say(f"找 {name}")


def test_a_name_with_spaces_is_one_word(counter: Counter) -> None:
    """As the alerts print it: 回 Alice Wang 文字."""
    counter.buyer("other", nickname="Alice")
    this = counter.buyer("this", nickname="Alice Wang")
    counter.say("回 Alice Wang 你好 呀")
    assert [row.text for row in counter.pushed()] == ["你好 呀"]
    assert counter.customer(this).taken_over_by == "老板"
    counter.say("订单 Alice Wang SK-II 神仙水 1290 2")
    assert counter.customer(this).orders[0].goods == "SK-II 神仙水×2"
    assert "顺丰" in counter.say("发货 Alice Wang SF1234567890123")
    assert "加了 干皮" in counter.say("标签 Alice Wang +干皮")
    assert counter.say("客户 Alice Wang").startswith("Alice Wang #")
    assert counter.say("接管 Alice").startswith("Alice 归你")
    assert "Alice Wang" in counter.say("找 Alice Wang")


def test_a_percent_sign_finds_percent_signs_only(counter: Counter, xiaoli: int) -> None:
    assert "没有找到" in counter.say("找 %")
    assert "没有找到" in counter.say("客户 _")


def test_letters_in_any_case_and_the_end_of_a_phone_number(counter: Counter, xiaoli: int) -> None:
    counter.buyer("b", nickname="AliceWang")
    assert counter.say("客户 alicew").startswith("AliceWang")
    assert counter.say("客户 5678").startswith("小丽")


def test_a_confirmation_can_be_given_refused_and_runs_out(counter: Counter) -> None:
    counter.say("停 全部")
    assert counter.say("取消") == "好，不做了。"
    assert "现在没有等你答复的事" in counter.say("确认")
    counter.say("停 全部")
    counter.wait(minutes=11)
    assert "过了 10 分钟的不作数" in counter.say("确认")
    counter.say("停 全部")
    counter.wait(minutes=9)
    assert counter.say("确认。").startswith("停了")
    assert "现在没有等你答复的事" in counter.say("yes")


def test_a_question_is_only_the_asked_sellers(counter: Counter) -> None:
    counter.say("停 全部")
    assert "现在没有等你答复的事" in counter.say("确认", seller="小王", role="owner")


def test_what_was_done_is_on_the_audit_trail(counter: Counter, xiaoli: int) -> None:
    counter.say("接管 小丽")
    counter.say("接管 没有这个人")
    assert [(r.actor, r.action, r.detail) for r in counter.rows(AuditRow)] == [("老板", "接管", "接管 小丽")]


_HOSTILE = [
    "客户 '; DROP TABLE customer; --",
    "备注 小丽 {0.__class__} %s %n \\",
    "回 小丽 <script>alert(1)</script>",
    "订单 小丽 \x00面霜 129",
    "客户 \ud800",
    "\x00",
    "客户 " + "\u202e反\u202c",
    "标签 小丽 +" + "+" * 500,
    "发货 小丽 ١٢٣٤٥٦٧٨٩٠١٢",
    "１",
    "٣",
    "客户 ²",
    "/" * 50,
]


@pytest.mark.parametrize("line", _HOSTILE)
def test_hostile_lines_are_answered_like_any_other(counter: Counter, xiaoli: int, line: str) -> None:
    counter.buyer("b", name="小丽")
    counter.say("客户 小丽")  # a choice is open
    counter.say(line.replace("\x00", "").encode("utf-8", "ignore").decode())
    assert counter.rows(CustomerRow, col(CustomerRow.name) == "小丽")


_words = st.sampled_from(
    [*_NAMES, "小丽", "全部", "129", "+", "-", "SF1234567890123", "确认", "1", "20261121-1", "\n", "　"]
)
_lines = st.one_of(
    st.text(max_size=60), st.lists(st.one_of(_words, st.text(max_size=6)), max_size=7).map(" ".join)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_lines)
def test_no_line_raises(counter: Counter, line: str) -> None:
    """Whatever was typed before it; what no database keeps is the channel's to take out of the message."""
    if not counter.rows(CustomerRow):
        counter.buyer("alice", name="小丽")
    message = SellerMessage("sandbox", "seller", "m", counter.now, "老板", "owner", line)
    with counter.database.transaction() as connection:
        effects = run_command(Desk(connection, counter.settings, counter.now), message)
    assert any(isinstance(e, Reply) and e.text for e in effects)
    counter.say(line.replace("\x00", "").encode("utf-8", "ignore").decode())
