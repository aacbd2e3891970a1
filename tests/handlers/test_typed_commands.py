"""A buyer who types a seller's command is a buyer, and no angry one (CONTRACT §6)."""

from __future__ import annotations

import pytest

from bot.core.effects import AddTag, Effect, MakePromise, OpenComplaint, SetFields
from handlers import decide_message
from handlers.commands.catalogue import COMMANDS
from handlers.situation import Situation
from handlers.understanding import Reader
from handlers.understanding.meaning import Intent, Urgency
from handlers.understanding.typed_commands import NAMES, typed_with
from tests.handlers.shop import NEW, NOW, SHOP, reply

COMMANDS_TYPED = [
    *(
        "停 全部",
        "恢复 全部",
        "群发 全部 你好",
        "/客户 v0",
        "投诉 1 完成",
        "停 小丽",
        "报表 周",
        "今日",
        "撤",
    ),
    *(
        "发货 T1 SF123",
        "合并 a b",
        "/停 全部",
        "／停　全部",
        "停 全部！！",
        "/停全部",
        "/撤",
        "stop all",
        "/投诉",
    ),
    *(
        "投诉 1",
        "投诉 1 道歉",
        "投诉 1 不满意",
        "／投诉 12 回访 你好",
        "投诉 3 补偿 退20元",
        "没答应 3",
        "签收 A100",
    ),
    *("停 全部\n恢复 全部", "老板 停 全部", "你好\n停 全部", "群发 全部 新品到了，快来看", "积分 小王 +10"),
]
COMPLAINED = [
    *(
        "投诉",
        "我要投诉",
        "投诉你们",
        "投诉你们店",
        "投诉 你们店卖假货",
        "投诉 快递",
        "投诉：卖家不给开票",
        "投诉 1 碎了",
    ),
    *("/投诉 你们", "投诉 三次了没人理", "投诉 12315", "停 骗子", "群发 全部 你们是骗子", "停 用后脸烂了"),
    *(
        "订单到现在没发货，什么意思",
        "订单 到现在没发货，什么意思",
        "发货 怎么这么慢，垃圾",
        "为什么 没人理我",
    ),
    *("今天 又坏了", "改 了地址还是发错", "订单 少了一件", "停 全部\n东西坏了", "停 全部\n投诉"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    reader = Reader(SHOP)
    reader.warm(str(tmp_path_factory.mktemp("jieba")))
    return reader


def _decided(reader: Reader, text: str) -> list[Effect]:
    return decide_message(Situation(NEW, text, reader.read(text), SHOP, NOW, ("m1",)))


def test_the_names_are_those_of_the_commands() -> None:
    spelt = {name for command in COMMANDS for name in (command.name, *command.aliases)}
    assert spelt - {"?"} == NAMES  # a question mark is a buyer's own


@pytest.mark.parametrize("text", COMMANDS_TYPED)
def test_a_typed_command_gets_an_ordinary_answer_and_changes_nothing(reader: Reader, text: str) -> None:
    found = _decided(reader, text)
    assert reply(found)
    assert not [e for e in found if isinstance(e, OpenComplaint | AddTag | MakePromise)]
    changed = {name for e in found if isinstance(e, SetFields) for name in e.fields}
    assert changed <= {"greeted_at", "asked_seller_at"}
    meaning = reader.read(text).meaning
    assert meaning.intent is not Intent.COMPLAINT and not meaning.is_complaint
    assert meaning.urgency is Urgency.NORMAL


@pytest.mark.parametrize("text", COMPLAINED)
def test_a_complaint_that_begins_with_such_a_word_is_one(reader: Reader, text: str) -> None:
    assert any(isinstance(e, OpenComplaint) for e in _decided(reader, text))


@pytest.mark.parametrize("text", ["退货！", "退订", "停", "恢复订阅", "发货 慢死了", "签收 了没收到"])
def test_what_is_no_command_line_is_read_as_it_stands(text: str) -> None:
    assert typed_with(text) is None


@pytest.mark.parametrize("text", ["退订", "/退订", "/stop", "stop", "停 别再给我发了"])
def test_who_opts_out_is_out_whatever_it_looks_like(reader: Reader, text: str) -> None:
    assert reader.read(text).opt_out
    assert any(isinstance(e, SetFields) and "opted_out_at" in e.fields for e in _decided(reader, text))


def test_what_a_buyer_asks_with_such_a_word_keeps_its_intent(reader: Reader) -> None:
    assert reader.read("咨询 平板带不带笔 还是要另买").meaning.intent is Intent.CONSULT
    assert reader.read("发货 T1 SF123").meaning.intent is Intent.LOGISTICS
    assert "像店主打的指令" in reader.read("停 全部").meaning.because
