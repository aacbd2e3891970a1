"""标错, 是X, 为什么: what was read, by what, and what the seller says instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core.delivery import Kind, Status
from bot.core.effects import ErasePerson, KeepExample
from handlers.commands.intents import BARE, Wanted, wanted
from handlers.understanding.meaning import INTENT_NAMES, Intent
from storage import load
from storage.rows import MessageRow, OutboxRow, ShopExampleRow
from tests.commands.conftest import Counter

READ = {"intent": "logistics", "certainty": 0.9, "complaint": 0.1, "because": "“还没到”"}


def said(counter: Counter, external_id: str, text: str, **columns: Any) -> str:
    """This buyer has written; the message's platform id."""
    with counter.database.transaction() as connection:
        contact = load.ensure_contacts(connection, [("sandbox", external_id)], [], counter.now)[
            ("sandbox", external_id)
        ]
    message_id = f"b{next(counter.numbers)}"
    row = {
        "account": "sandbox",
        "contact_id": contact.id,
        "customer_id": contact.customer_id,
        "message_id": message_id,
        "kind": "text",
        "text": text,
        "at": counter.now,
        "received_at": counter.now,
    }
    counter.put(MessageRow, **row | columns)
    return message_id


def alerted(counter: Counter, message_id: str, about: str = "unknown", seller: str = "seller") -> None:
    """The seller has been told of this message."""
    with counter.database.transaction() as connection:
        home = load.ensure_contacts(connection, [], [("sandbox", seller)], counter.now)[("sandbox", seller)]
    row = {"contact_id": home.id, "kind": Kind.ALERT, "text": "提醒", "status": Status.SENT}
    key = f"{about}:sandbox:{message_id}@{home.id}"
    counter.put(OutboxRow, **row, key=key, due_at=counter.now, created_at=counter.now)


def examples(counter: Counter) -> list[tuple[str, str, bool]]:
    with counter.database.transaction() as connection:
        return load.shop_examples(connection)


# --- the seller's words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((name, Wanted(intent, None)) for intent, name in INTENT_NAMES.items()),
        *((f"是{name}", Wanted(intent, None)) for intent, name in INTENT_NAMES.items()),
        *((intent.value, Wanted(intent, None)) for intent in Intent),
        ("售后", Wanted(Intent.RETURN_REFUND, None)),
        ("快递", Wanted(Intent.LOGISTICS, None)),
        ("夸", Wanted(Intent.PRAISE, None)),
        (" ＬＯＧＩＳＴＩＣＳ。", Wanted(Intent.LOGISTICS, None)),
        ("不是投诉", Wanted(None, False)),
        ("退换 投诉", Wanted(Intent.RETURN_REFUND, True)),
        ("投诉、退货", Wanted(Intent.RETURN_REFUND, True)),
        ("投诉 投诉", Wanted(Intent.COMPLAINT, None)),
    ],
)
def test_an_intent_in_the_sellers_words(typed: str, meant: Wanted) -> None:
    assert wanted(typed) == meant


def test_the_bare_lines_are_read_as_they_stand() -> None:
    assert {"是投诉", "是物流", "是退换", "不是投诉"} <= BARE
    assert "投诉" not in BARE
    for line in BARE:
        wanted(line)


# --- 标错 ---------------------------------------------------------------------------------------


def test_a_reading_is_corrected_and_kept(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "包裹怎么还没到", **READ)
    assert counter.say("标错 小丽 投诉").splitlines()[:3] == [
        "记下了：小丽“包裹怎么还没到”是 投诉（原来读成 物流）。",
        "以后一样或差不多的话，都按 投诉 读。",
        "记下了：投诉 1（小丽，还没到）。没跟他说什么。",
    ]
    assert examples(counter) == [("包裹怎么还没到", "complaint", True)]
    (row,) = counter.rows(ShopExampleRow)
    assert (row.seller, row.at) == ("老板", counter.now)
    assert "我读成 投诉（你说的）\n读错了打" in counter.say("为什么 小丽")


def test_the_newer_word_replaces_the_older(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "包裹怎么还没到", **READ)
    counter.say("标错 小丽 投诉")
    assert "（原来读成 投诉）" in counter.say("mislabel 小丽 logistics", seller="小王")
    assert examples(counter) == [("包裹怎么还没到", "logistics", False)]
    assert counter.rows(ShopExampleRow)[0].seller == "小王"
    assert "本来就是这么读的" in counter.say("标错小丽 物流")


def test_the_last_readable_words_count(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "旧的", **READ)
    said(counter, "alice", "新的", **READ)
    said(counter, "bob", "别人的", **READ)
    said(counter, "alice", "")
    said(counter, "alice", "subscribe", kind="event")
    assert "小丽“新的”是 好评" in counter.say("标错 小丽 夸")
    assert examples(counter) == [("新的", "praise", False)]


def test_pieces_are_an_example_together(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "脸都红了", **READ | {"joined": "用了两天\n脸都红了"})
    assert "“用了两天 脸都红了”是 投诉" in counter.say("标错 小丽 投诉")
    assert examples(counter) == [("用了两天\n脸都红了", "complaint", True)]


def test_endless_words_are_kept_as_far_as_they_are_read(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "龘" * 3000, **READ)
    counter.say("标错 小丽 其他")
    assert examples(counter) == [("龘" * 600, "other", False)]


@pytest.mark.parametrize(
    ("intent", "complaint", "typed", "kept"),
    [
        ("logistics", 0.9, "退换", ("return_refund", True)),  # the grievance was read right
        ("complaint", 0.9, "退换", ("return_refund", False)),  # in place of 投诉
        ("complaint", 0.9, "退换 投诉", ("return_refund", True)),
        ("logistics", 0.9, "好评", ("praise", False)),
        ("logistics", 0.9, "不是投诉", ("logistics", False)),
        ("logistics", 0.1, "投诉", ("complaint", True)),
        ("", 0.0, "投诉", ("complaint", True)),
    ],
)
def test_whether_it_complains(
    counter: Counter, xiaoli: int, intent: str, complaint: float, typed: str, kept: tuple[str, bool]
) -> None:
    said(counter, "alice", "怎么回事", intent=intent, complaint=complaint)
    counter.say(f"标错 小丽 {typed}")
    assert examples(counter) == [("怎么回事", *kept)]


@pytest.mark.parametrize("intent", ["complaint", "", "of another version"])
def test_no_complaint_but_what(counter: Counter, xiaoli: int, intent: str) -> None:
    said(counter, "alice", "怎么回事", intent=intent, complaint=0.9)
    told = counter.say("标错 小丽 不是投诉")
    assert told.startswith("小丽“怎么回事”不是投诉，那是哪类？打：标错 小丽 意图（咨询、物流、退换")
    assert examples(counter) == []


def test_without_an_intent_it_says_what_there_is(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "包裹怎么还没到", **READ)
    assert counter.say("标错 小丽").splitlines() == [
        "小丽 最后一句：“包裹怎么还没到”",
        "我读成 物流（很像）",
        "要改就打：标错 小丽 意图（咨询、投诉、物流、退换、下单、好评、退订、人工、其他）",
    ]
    assert examples(counter) == []


def test_what_cannot_be_learned(counter: Counter, xiaoli: int) -> None:
    assert counter.say("标错 小丽 物流") == "小丽 还没说过能读的话。"
    said(counter, "alice", "包裹怎么还没到", **READ)
    assert "没有“火星”这一类。能写：咨询、投诉" in counter.say("标错 小丽 火星")
    assert "只能是一类" in counter.say("标错 小丽 物流 退换")
    assert "还差一些内容" in counter.say("标错")
    assert examples(counter) == []


def test_rules_that_no_example_beats_are_not_promised(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "人工客服几点上班", intent="human", certainty=1.0)
    assert "固定说法，还是先照规矩办" in counter.say("标错 小丽 咨询")
    assert "打：停 小丽" in counter.say("标错 小丽 退订")


def test_whose_data_is_erased_is_no_example(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "我叫王小丽", **READ)
    counter.say("标错 小丽 下单")
    said(counter, "bob", "包裹怎么还没到", **READ | {"joined": "在吗\n包裹怎么还没到"})
    counter.say("标错 bob 投诉")
    counter.write(ErasePerson(xiaoli))
    assert examples(counter) == [("在吗\n包裹怎么还没到", "complaint", True)]
    first, second = (r for r in counter.rows(MessageRow) if r.message_id.startswith("b"))
    assert (first.text, first.because, first.joined) == ("", "", "")
    assert second.joined


def test_an_example_without_its_message(counter: Counter) -> None:
    counter.write(KeepExample("好", "praise", False, "老板"), KeepExample("好", "other", False, "老板"))
    assert examples(counter) == [("好", "other", False)]


# --- answering an alert -------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["是投诉", "是投诉。", "是 投诉", "/是投诉", "是 抱怨", "means complaint"])
def test_the_latest_alert_is_answered_with_the_right_word(counter: Counter, xiaoli: int, line: str) -> None:
    alerted(counter, said(counter, "alice", "脸都红了", **READ))
    said(counter, "alice", "在吗", **READ)  # of this nobody was told
    told = counter.say(line)
    assert told.startswith("记下了：小丽“脸都红了”是 投诉（原来读成 物流）。")
    assert "投诉 1 道歉" in told, "what was missed is taken up"
    assert examples(counter) == [("脸都红了", "complaint", True)]


def test_alerts_of_several_at_once_are_a_choice(counter: Counter, xiaoli: int) -> None:
    counter.buyer("bob", name="小博")
    alerted(counter, said(counter, "alice", "脸都红了", **READ))
    counter.wait(minutes=1)
    alerted(counter, said(counter, "bob", "能便宜吗", **READ))
    told = counter.say("是投诉")
    assert told.startswith("“刚提醒的”有 2 位，是哪位？")
    assert "小丽“脸都红了”是 投诉" in counter.say("2")
    counter.wait(minutes=20)
    alerted(counter, said(counter, "bob", "有大瓶吗", **READ))
    assert "小博“有大瓶吗”是 咨询" in counter.say("是咨询")


def test_what_is_no_alert_about_words_is_passed_over(counter: Counter, xiaoli: int) -> None:
    nothing = "这一天没有提醒过你买家的话。要改别的，打：标错 名 意图"
    assert counter.say("是投诉") == nothing
    alerted(counter, said(counter, "alice", "脸都红了", **READ), seller="somebody-else")
    assert counter.say("是投诉") == nothing
    alerted(counter, said(counter, "alice", "脸都红了", **READ))
    alerted(counter, said(counter, "alice", ""), about="media")
    alerted(counter, "not there", about="undelivered")
    assert "“脸都红了”是 投诉" in counter.say("是投诉")
    counter.wait(days=1, seconds=1)
    assert counter.say("是投诉") == nothing
    assert counter.say("是投诉", seller="小王", role="staff") == nothing


def test_an_unknown_word_after_an_alert(counter: Counter, xiaoli: int) -> None:
    alerted(counter, said(counter, "alice", "脸都红了", **READ))
    assert "没有“火星”这一类" in counter.say("是 火星")
    assert counter.say("是火星").startswith("没看懂这句。是不是要：是 火星")
    assert counter.say("投诉了").startswith("没有找到“了”")


# --- 为什么 -------------------------------------------------------------------------------------


def test_marks_are_called_marks(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "5 4 5 1", intent="other", certainty=1.0, because="打分")
    assert counter.say("为什么 小丽").splitlines()[:3] == [
        "小丽 最后一句：“5 4 5 1”",
        "我读成 打分",
        "读错了打：标错 小丽 意图",
    ]


@pytest.mark.parametrize(("certainty", "words"), [(0.95, "很像"), (0.6, "有点像"), (0.3, "拿不准")])
def test_why_it_was_read_so(counter: Counter, xiaoli: int, certainty: float, words: str) -> None:
    said(counter, "alice", "包裹怎么还没到", **READ | {"certainty": certainty, "complaint": 0.7})
    assert counter.say("为什么 小丽").splitlines() == [
        "小丽 最后一句：“包裹怎么还没到”",
        f"我读成 物流，也算投诉（{words}）",
        "看的是：“还没到”",
        "读错了打：标错 小丽 意图",
        "没有等着发给他的。",
    ]


def test_why_something_was_not_sent(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    counter.settle(counter.pushed()[0].id, Status.PARKED, reason="对方 48 小时没说话")
    counter.wait(minutes=1)
    counter.say("回 小丽 还在吗")
    counter.settle(counter.pushed()[1].id, Status.FAILED, reason="对方取消了关注")
    with counter.may_not_send("对方取消了关注"):
        told = counter.say("why 小丽").splitlines()
    assert told == [
        "小丽 还没说过能读的话。",
        "等着发的回复“在的”：还没送出：对方 48 小时没说话，最晚对方下次来消息时送",
        "11月21日 09:01 的回复“还在吗”：没送出：对方取消了关注",
        "现在不发问候：对方取消了关注",
    ]
    counter.wait(days=40)
    assert "还在吗" not in counter.say("为什么 小丽")


def test_what_was_never_read_is_not_made_up(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "在吗")
    assert "这句没留下读法" in counter.say("为什么 小丽")


def test_long_ago_counts_as_the_last(counter: Counter, xiaoli: int) -> None:
    said(counter, "alice", "在吗", at=counter.now - timedelta(days=300), **READ)
    assert "最后一句：“在吗”" in counter.say("为啥 小丽")
