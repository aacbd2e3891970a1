"""回, 接管, 交还, 撤."""

from __future__ import annotations

from datetime import timedelta

from bot.core.delivery import Kind, Status
from storage.rows import ParcelRow
from tests.commands.conftest import Counter


def test_the_sellers_words_are_passed_on_as_they_are(counter: Counter, xiaoli: int) -> None:
    told = counter.say("回 小丽 你好，在吗？\n今晚 就发（真的）！")
    assert told.splitlines() == [
        "“你好，在吗？ 今晚 就发（真的）！” 5 秒后发给 小丽，要收回发 撤。",
        "到 09:30 机器人不插话，早点交还发：交还 小丽",
        "记下了：今晚22:00前发货。没这意思就打：没答应 小丽",
    ]
    (row,) = counter.pushed()
    assert (row.text, row.kind, row.status) == ("你好，在吗？\n今晚 就发（真的）！", Kind.RELAY, Status.HELD)
    assert (row.origin, row.due_at) == ("老板", counter.now + timedelta(seconds=5))
    one = counter.customer(xiaoli)
    assert (one.taken_over_by, one.taken_over_until) == ("老板", counter.now + timedelta(minutes=30))


def test_the_same_words_twice_are_two_messages(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    counter.wait(seconds=20)
    counter.say("reply 小丽 在的")
    assert len(counter.pushed()) == 2


def test_nothing_is_called_sent_that_waits(counter: Counter, xiaoli: int) -> None:
    with counter.may_not_send("对方取消了关注"):
        told = counter.say("回 小丽 在的")
    assert "现在送不出去：对方取消了关注" in told
    assert "已发送" not in told


def test_taking_over_and_handing_back(counter: Counter, xiaoli: int) -> None:
    assert counter.say("接管 小丽", seller="小王", role="staff").startswith(
        "小丽 归你，到 09:30 机器人不插话。"
    )
    assert counter.say("takeover 小丽").startswith("原来是 小王 接着，现在换你。")
    assert counter.customer(xiaoli).taken_over_by == "老板"
    assert counter.say("交还 小丽") == "小丽 交还了，再来消息由机器人回。"
    assert counter.customer(xiaoli).taken_over_until is None
    assert "本来就是机器人在回" in counter.say("handback 小丽")
    counter.say("接管 小丽")
    counter.wait(hours=1)
    assert "本来就是机器人在回" in counter.say("交还 小丽")


def test_a_silence_that_ends_tomorrow_says_so(counter: Counter, xiaoli: int) -> None:
    counter.wait(hours=14, minutes=45)
    assert "到 11月22日 00:15 机器人不插话" in counter.say("接管 小丽")


def test_undo_takes_back_what_has_not_left(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    told = counter.say("撤")
    assert told.splitlines() == [
        "撤回了，没有发：给 小丽 的回复“在的”",
        "这个买家还归你接着，机器人不插话；不聊了发 交还 名。",
    ]
    assert counter.pushed()[0].status == Status.DROPPED
    assert counter.say("undo") == "没有可以撤的。"


def test_undo_after_it_has_gone(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    counter.wait(seconds=6)
    counter.settle(counter.pushed()[0].id, Status.SENT, sent_at=counter.now)
    assert counter.say("撤回") == "撤不了了，给 小丽 的回复“在的”：11月21日 09:00 已送出。"
    assert counter.pushed()[0].status == Status.SENT


def test_undo_of_what_is_being_sent_or_uncertain(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    counter.settle(counter.pushed()[0].id, Status.SENDING)
    assert "撤不了了" in counter.say("撤")
    counter.settle(counter.pushed()[0].id, Status.UNKNOWN, reason="断网")
    assert "不知道送到没有：断网" in counter.say("撤")


def test_undo_reaches_a_message_that_waits_for_its_window(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的")
    counter.settle(counter.pushed()[0].id, Status.PARKED, reason="窗口关了")
    counter.wait(hours=5)
    assert "撤回了" in counter.say("撤")


def test_undo_means_the_last_command_even_if_an_older_one_still_waits(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 旧的")
    counter.settle(counter.pushed()[0].id, Status.PARKED, reason="窗口关了")
    counter.wait(minutes=1)
    counter.say("回 小丽 新的")
    counter.settle(counter.pushed()[1].id, Status.SENT, sent_at=counter.now)
    assert "撤不了了，给 小丽 的回复“新的”" in counter.say("撤")
    assert counter.pushed()[0].status == Status.PARKED


def test_undo_is_of_ones_own(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 在的", seller="小王", role="staff")
    assert counter.say("撤") == "没有可以撤的。"
    assert counter.pushed()[0].status == Status.HELD


def test_a_notice_taken_back_leaves_the_parcel_and_can_be_sent_again(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say("发货 小丽 SF1234567890123")
    assert "包裹还记着" in counter.say("撤")
    assert len(counter.rows(ParcelRow)) == 1
    counter.wait(minutes=1)
    told = counter.say("发货 小丽 SF1234567890123")
    assert "通知还没有发过。发货通知 5 秒后发给 小丽" in told
    assert [row.status for row in counter.pushed()] == [Status.DROPPED, Status.HELD]
    assert len(counter.rows(ParcelRow)) == 1
