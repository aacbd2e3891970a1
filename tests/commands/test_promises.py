"""答应, 做到, 改期, 没答应, and what 回, 发货, 接管, 交还 do to promises and red lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row
from sqlmodel import col

from bot.core.delivery import Kind, Status
from bot.core.effects import AskedSeller, MakePromise, MovePromise, SetFields
from handlers.commands.desk import Desk
from handlers.commands.kept import unsaid
from storage.queries.echoes import said_by_bot
from storage.rows import BuyerQuestionRow, ContactRow, OutboxRow, PromiseRow, TimerRow
from tests.commands.conftest import NINE, Counter
from tests.commands.test_complaints import complain

TONIGHT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
TOMORROW = TONIGHT + timedelta(days=1)


def promises(counter: Counter) -> list[tuple[str, str]]:
    return [(row.what, row.state) for row in counter.rows(PromiseRow)]


def bells(counter: Counter) -> list[Row[Any]]:
    return counter.rows(TimerRow, col(TimerRow.rule) == "promise")


def test_a_promise_in_a_reply_is_on_record_with_its_bell(counter: Counter, xiaoli: int) -> None:
    told = counter.say("回 小丽 今晚就发，放心")
    assert told.splitlines()[-1] == "记下了：今晚22:00前发货。没这意思就打：没答应 小丽"
    (row,) = counter.rows(PromiseRow)
    assert (row.what, row.words, row.by, row.due_at) == ("发货", "今晚就发", "老板", TONIGHT)
    (bell,) = bells(counter)
    assert (bell.occasion, bell.due_at) == (str(row.id), TONIGHT - timedelta(hours=1))


def test_a_parcel_keeps_it_and_ends_its_bell(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 今晚就发")
    counter.say("订单 小丽 面霜 129")
    assert "答应的今晚22:00前发货，做到了。" in counter.say("发货 小丽 SF1234567890123")
    assert promises(counter) == [("发货", "kept")]
    assert bells(counter) == []


def test_a_second_parcel_keeps_a_promised_resend(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 面霜 129")
    counter.say("发货 小丽 SF1234567890123")
    counter.say("回 小丽 明天给您补发一瓶")
    counter.say("发货 20261121-1 SF1234567890124")
    assert "答应的明天22:00前补发，做到了。" in counter.say("确认")


def test_so_are_own_words_in_a_complaint_but_an_action_has_its_own_day(counter: Counter, xiaoli: int) -> None:
    number = complain(counter, xiaoli)
    told = counter.say(f"投诉 {number} 道歉 真对不起，今晚给您答复")
    assert "记下了：今晚22:00前答复。没这意思就打：没答应 小丽" in told
    assert promises(counter) == [("答复", "open")]
    counter.say("撤")
    assert promises(counter) == [("答复", "dropped")]
    for line in ("道歉 实在对不起", "原因 打包时漏放了泡沫", "解释", "方案 明天给您补发一瓶"):
        counter.say(f"投诉 {number} {line}")
    assert promises(counter) == [("答复", "dropped")]


def test_a_later_reply_keeps_a_promised_answer(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 明天给您答复")
    counter.wait(hours=1)
    assert "算做到了" in counter.say("回 小丽 查到了，是仓库漏发")
    assert promises(counter) == [("答复", "kept")]


def test_a_reply_taken_back_leaves_no_promise_and_settles_none(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 明天给您答复")
    counter.say("回 小丽 今晚就发")
    counter.wait(hours=1)
    counter.say("回 小丽 查到了，明天发货")
    assert promises(counter) == [("答复", "kept"), ("发货", "moved"), ("发货", "open")]
    counter.wait(seconds=3)
    with counter.database.transaction() as connection:
        desk = Desk(connection, counter.settings, counter.now)
        effects = unsaid(desk, desk.customers([xiaoli])[0], counter.now - timedelta(seconds=3))
    counter.write(*effects)
    assert promises(counter)[1:] == [("发货", "open"), ("发货", "dropped")]
    # the first reply was an answer already: what it had kept was kept before
    assert [bell.occasion for bell in bells(counter)] == ["2"]


def test_the_list_says_who_what_when_and_how_it_has_gone(counter: Counter, xiaoli: int) -> None:
    assert counter.say("答应") == "现在没有答应着的事。"
    counter.say("回 小丽 今晚就发")
    counter.wait(hours=1)
    assert counter.say("答应").splitlines() == [
        "小丽：今晚22:00前发货，还剩 12 小时（“今晚就发”）",
        "办好了打：做到 小丽；要改打：改期 小丽 明天；没这意思打：没答应 小丽",
    ]
    assert counter.say("做到 小丽") == "记下了，做到了：小丽，今晚22:00前发货。"
    assert counter.say("promises").splitlines() == [
        "现在没有答应着的事。",
        "近 30 天：做到 1 件，没做到 0 件。",
    ]
    counter.wait(days=31)
    assert counter.say("答应") == "现在没有答应着的事。"


def test_a_person_on_two_accounts_is_listed_once(counter: Counter, xiaoli: int) -> None:
    counter.put(ContactRow, account="sandbox", external_id="alice2", customer_id=xiaoli)
    counter.say("回 小丽 今晚就发")
    assert counter.say("答应").count("小丽：") == 1


def broken(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 今晚就发")
    (row,) = counter.rows(PromiseRow)
    counter.now = TONIGHT
    counter.write(MovePromise(row.id, xiaoli, "broken"))


def test_what_was_held_to_be_broken_may_have_been_kept_late(counter: Counter, xiaoli: int) -> None:
    broken(counter, xiaoli)
    assert "没做到：小丽，今晚22:00前发货" in counter.say("答应")
    counter.wait(hours=3)
    assert counter.say("做到 小丽").startswith("记下了，晚了 3 小时，做到了：小丽")
    assert "做到 1 件（晚了 1 件），没做到 0 件" in counter.say("答应")
    assert counter.say("做到 小丽").startswith("早就记着做到了：小丽")


def test_another_time_moves_the_bell_and_the_buyer_hears_of_it_after_a_yes(
    counter: Counter, xiaoli: int
) -> None:
    counter.say("回 小丽 今晚就发")
    assert counter.say("改期 小丽 明天").splitlines() == [
        "改了：小丽，今晚22:00前发货 → 明天22:00前发货。",
        "跟他说一声就回 确认，我这样发：",
        "今天说好的“今晚就发”要改到明天22:00前，先跟您说一声，对不起。",
    ]
    assert [bell.due_at for bell in bells(counter)] == [TOMORROW - timedelta(hours=1)]
    assert len(counter.pushed()) == 1
    counter.say("确认")
    assert counter.pushed()[1].text == "今天说好的“今晚就发”要改到明天22:00前，先跟您说一声，对不起。"
    assert counter.pushed()[1].kind == Kind.RELAY
    assert promises(counter) == [("发货", "open")]


def test_a_broken_promise_stays_broken_and_a_new_one_is_made(counter: Counter, xiaoli: int) -> None:
    broken(counter, xiaoli)
    assert "没做到，对不起，让您白等了。改到明天22:00前。" in counter.say("改期 小丽 明天")
    assert promises(counter) == [("发货", "broken"), ("发货", "open")]
    counter.say("确认")
    assert promises(counter) == [("发货", "broken"), ("发货", "open")]


@pytest.mark.parametrize("when", ["昨天", "尽快", "玫瑰"])
def test_a_time_that_cannot_be_read_is_answered_with_the_usage(
    counter: Counter, xiaoli: int, when: str
) -> None:
    counter.say("回 小丽 今晚就发")
    assert "用法：改期 名 日期" in counter.say(f"改期 小丽 {when}")


def test_of_several_one_is_chosen_by_number_by_its_deed_or_all(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 今晚就发。明天给您打电话。后天退款。")
    asked = counter.say("做到 小丽").splitlines()
    assert asked[0] == "答应 小丽 的有 3 件，是哪件？回数字："
    assert asked[2] == "2 明天22:00前打电话（“明天给您打电话”）"
    assert "打电话" in counter.say("2")
    assert "退款" in counter.say("没答应 小丽 退款")
    assert promises(counter) == [("发货", "open"), ("打电话", "kept"), ("退款", "dropped")]
    counter.say("回 小丽 明天给您打电话")
    assert "没有“飞”" in counter.say("做到 小丽 飞")
    counter.say("做到 小丽 全部")
    assert {state for _, state in promises(counter)} == {"kept", "dropped"}


def test_another_time_for_one_of_several(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 今晚就发。明天给您打电话。")
    assert "是哪件" in counter.say("改期 小丽 后天")
    assert "打电话 → 后天22:00前打电话" in counter.say("2")
    assert [row.due_at for row in counter.rows(PromiseRow)] == [TONIGHT, TONIGHT + timedelta(days=2)]


@pytest.mark.parametrize("line", ["做到 小丽", "没答应 小丽", "改期 小丽 明天"])
def test_without_a_promise_every_command_says_so(counter: Counter, xiaoli: int, line: str) -> None:
    assert "没有答应着 小丽 的事" in counter.say(line)


def test_the_list_is_of_everybody_the_next_due_first(counter: Counter, xiaoli: int) -> None:
    bob = counter.buyer("bob", name="小明")
    for who, due in ((xiaoli, TOMORROW), (bob, TONIGHT)):
        counter.write(MakePromise(who, "退款", "退给您", "老板", due, due))
    assert [line[:2] for line in counter.say("答应").splitlines()][:2] == ["小明", "小丽"]


# --- take-over and red line ---------------------------------------------------------------------


def test_a_red_line_lasts_until_it_is_handed_back(counter: Counter, xiaoli: int) -> None:
    counter.write(SetFields(xiaoli, {"red_line_at": NINE}))
    for line in ("接管 小丽", "回 小丽 我马上给您打电话"):
        assert "碰了红线，交还之前机器人都不插话" in counter.say(line)
    assert counter.pushed()[0].text == "我马上给您打电话"
    counter.wait(days=2)
    assert counter.customer(xiaoli).taken_over(counter.now)
    assert counter.say("交还 小丽") == "小丽 交还了，红线解除，再来消息由机器人回。"
    assert counter.customer(xiaoli).red_line_at is None
    assert not counter.customer(xiaoli).taken_over(counter.now)


@pytest.mark.parametrize("taken_over", [True, False])
def test_who_hands_back_has_answered(counter: Counter, xiaoli: int, taken_over: bool) -> None:
    counter.write(AskedSeller(xiaoli, "普通", "能送卡片吗", NINE + timedelta(hours=1)))
    if taken_over:
        counter.say("接管 小丽")
    assert "他问的那句算你回过了。" in counter.say("交还 小丽")
    (question,) = counter.rows(BuyerQuestionRow)
    assert (question.answered_by, question.answered_at) == ("老板", counter.now)
    assert "他问的那句" not in counter.say("交还 小丽")


# --- the bot's own echo -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "text", "later", "echo"),
    [
        (Status.SENT, "在的，您说。", 2, True),
        (Status.SENDING, "在的，您说。\n", 2, True),
        (Status.SENT, "在的", 2, False),
        (Status.SENT, "在的，您说。", 700, False),
        (Status.HELD, "在的，您说。", 2, False),
    ],
)
def test_the_bots_own_words_come_back_are_known(
    counter: Counter, xiaoli: int, status: Status, text: str, later: int, echo: bool
) -> None:
    counter.say("回 小丽 在的，您说。")
    (row,) = counter.rows(OutboxRow, col(OutboxRow.kind) == Kind.RELAY)
    counter.settle(row.id, status)
    moment = row.due_at + timedelta(seconds=later)
    with counter.database.transaction() as connection:
        assert said_by_bot(connection, "sandbox", "alice", text, moment) is echo
        assert not said_by_bot(connection, "sandbox", "bob", text, moment)
