"""今日: what waits, in its order, with numbers that stay what they are for the day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.core.customer import OrderItem
from bot.core.delivery import Kind
from bot.core.effects import AskedSeller, LeaveTask, MakePromise, RecordOrder, SettleTask, TaskState
from storage.queries.tasks import standing
from storage.rows import CareRow, TodayRow
from tests.commands.conftest import Counter

DRAFT = "您好，用着还顺手吗？"


def _task(counter: Counter, who: int, key: str = "care:1") -> None:
    counter.write(LeaveTask(who, "大单回访电话", DRAFT, key, None, "打 13812345678"))


def _tasks(counter: Counter) -> int:
    with counter.database.transaction() as connection:
        return len(standing(connection, counter.now, 50))


def test_with_nothing_to_do_it_says_so(counter: Counter) -> None:
    assert "没有要你办的事" in counter.say("今日")
    assert "今天的单子上没有 1" in counter.say("1 发")


def test_promises_come_before_calls_and_calls_before_questions(counter: Counter, xiaoli: int) -> None:
    counter.write(AskedSeller(xiaoli, "普通", "几号上新", counter.now + timedelta(hours=3)))
    _task(counter, xiaoli)
    due = counter.now + timedelta(hours=5)
    counter.write(MakePromise(xiaoli, "答复", "下午给您答复", "老板", due, due))
    lines = counter.say("今日").splitlines()
    assert (
        lines[1].startswith("1 答应") and lines[2].startswith("2 打电话") and lines[3].startswith("3 等你回")
    )


def test_a_draft_is_sent_with_one_line_and_is_done(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli)
    counter.say("今日")
    assert "发给 小丽" in counter.say("1 发")
    (row,) = counter.pushed()
    assert (row.kind, row.text) == (Kind.RELAY, DRAFT) and _tasks(counter) == 0
    assert "已经办过" in counter.say("1 发")
    assert "办过了：1" in counter.say("今日")
    assert len(counter.pushed()) == 1


def test_what_is_put_off_is_not_done(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli)
    counter.say("今日")
    assert "明天再说" in counter.say("1 明天")
    assert "挪到明天" in counter.say("1 好")
    assert "办过了" not in counter.say("今日")
    assert _tasks(counter) == 0
    counter.wait(days=1)
    assert counter.say("今日").splitlines()[1].startswith("1 打电话")


def test_or_in_other_words(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli)
    counter.say("今日")
    assert "改成什么" in counter.say("1 改")
    counter.say("１　改　丽姐，好用吗")
    assert counter.pushed()[0].text == "丽姐，好用吗"


def test_skipped_is_gone_and_tomorrow_comes_again(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli, "a")
    _task(counter, xiaoli, "b")
    counter.say("今日")
    counter.say("1 跳过")
    counter.say("2 明天")
    assert "打电话" not in counter.say("今日")
    counter.wait(days=1)
    assert counter.say("今日").count("打电话") == 1


def test_done_elsewhere_it_is_not_done_again(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli)
    counter.say("今日")
    counter.write(SettleTask("care:1", TaskState.DONE))
    assert "不用再办" in counter.say("1 发") and counter.pushed() == []


def test_numbers_stay_for_the_day_and_new_things_come_behind(counter: Counter, xiaoli: int) -> None:
    _task(counter, xiaoli, "a")
    counter.say("今日")
    due = counter.now + timedelta(hours=5)
    counter.write(MakePromise(xiaoli, "答复", "下午给您答复", "老板", due, due))
    again = counter.say("今日")
    assert "1 打电话" in again and "2 答应" in again
    assert [(r.number, r.kind) for r in counter.rows(TodayRow)] == [(1, "task"), (2, "promise")]


def test_no_more_than_ten_at_a_time(counter: Counter, xiaoli: int) -> None:
    for n in range(13):
        _task(counter, xiaoli, f"t{n}")
    told = counter.say("今日")
    assert "10 打电话" in told and "11 打电话" not in told and "还有 3 件" in told
    counter.say("1 跳过")
    assert "11 打电话" in counter.say("今日")


def test_a_question_has_no_draft_and_says_what_to_type(counter: Counter, xiaoli: int) -> None:
    counter.write(AskedSeller(xiaoli, "普通", "几号上新", counter.now + timedelta(hours=3)))
    counter.say("今日")
    assert "1 改 文字" in counter.say("1 发")


def test_a_parcel_late_for_a_week_is_asked_about_once(counter: Counter, xiaoli: int) -> None:
    counter.write(RecordOrder(xiaoli, "A1", (OrderItem("玫瑰面霜", 1, Decimal(129)),)))
    counter.say("发货 A1 顺丰 SF1234567890123")
    counter.wait(days=8)
    assert "A1 小丽 寄出 8 天没签收" in counter.say("今日")
    counter.say("1 发")
    counter.wait(days=1)
    assert "没签收" not in counter.say("今日")


def test_whom_the_bot_speaks_to_today_is_nobody_to_whom_it_may_not(counter: Counter, xiaoli: int) -> None:
    stopped = counter.buyer("bob", name="阿波", stopped_at=counter.now)
    for rule, who in (("用法提醒", xiaoli), ("用法提醒", stopped), ("签收问一声", stopped)):
        due = counter.now + timedelta(hours=1)
        counter.put(CareRow, customer_id=who, rule=rule, occasion=f"T{who}", due_at=due)
    assert counter.say("今日").splitlines()[0] == "今天我来说：用法提醒 小丽；签收问一声 阿波"
    counter.say("停 小丽")
    assert counter.say("今日").splitlines()[0] == "今天我来说：签收问一声 阿波"
