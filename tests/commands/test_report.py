"""报表 as the owner types it, and the one that comes by itself on Monday morning."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from bot.core.complaint import Ending
from bot.core.customer import OrderItem
from bot.core.delivery import Status
from bot.core.effects import AskedSeller, BuyerAnswered, KeepScores, RecordOrder
from bot.core.money import show_money
from bot.core.report import Daily
from bot.core.settings import Settings
from handlers.commands.desk import Desk
from handlers.commands.report import daily, drawn
from handlers.report.period import Which, period
from storage.db import Database
from storage.rows import ComplaintRow, StageMoveRow
from tests.care.shop import at
from tests.commands.conftest import Counter
from tests.commands.test_complaints import complain

CREAM, SOAP = "玫瑰面霜", "洁面乳"
MONDAY = at("2026-11-16", "10:00")


def buys(counter: Counter, who: int, product: str, amount: int) -> None:
    number = f"T{len(counter.rows(ComplaintRow))}-{who}-{counter.now:%m%d%H%M}-{amount}"
    counter.write(RecordOrder(who, number, (OrderItem(product, 1, Decimal(amount)),)))


def a_shop(counter: Counter) -> None:
    """Two weeks of a small shop, until Friday noon of the second."""
    counter.now = MONDAY - timedelta(days=7)
    ann, ben, cai = (counter.buyer(name, name=called) for name, called in PEOPLE.items())
    buys(counter, ann, CREAM, 129)
    buys(counter, ben, CREAM, 71)
    counter.now = MONDAY
    buys(counter, ann, SOAP, 59)
    counter.asked(cai, CREAM, "面霜多少钱")
    counter.write(AskedSeller(cai, "普通", "面霜多少钱", counter.now + timedelta(hours=3)))
    counter.wait(minutes=20)
    counter.say("回 小蔡 129元", seller="小王", role="staff")
    counter.settle(counter.pushed()[-1].id, Status.SENT)
    counter.write(BuyerAnswered(cai, "小王"))
    counter.wait(hours=2)
    counter.say("订单 小蔡 面霜 129")
    complain(counter, ben)
    complain(counter, ann)
    closed = {"ending": Ending.RECOVERED, "closed_at": counter.now}
    counter.put(
        ComplaintRow,
        customer_id=cai,
        step=10,
        opened_at=MONDAY - timedelta(days=30),
        entered_at=MONDAY,
        due_at=MONDAY,
        urgency="普通",
        source="买家",
        words="味道不对",
        **(closed | {"closed_at": MONDAY - timedelta(days=20)}),
    )
    counter.write(KeepScores(ann, "", 3, 5, 5, 4))
    counter.now = MONDAY + timedelta(days=4, hours=2)


PEOPLE = {"alice": "小安", "bob": "小本", "carol": "小蔡"}


def test_a_week_of_a_shop(counter: Counter) -> None:
    a_shop(counter)
    told = counter.say("报表").splitlines()
    assert told == [
        "这周 11月16日–11月20日，括号里是上周同期",
        "卖了 188元（200元，少 6%）",
        "2 单（2 单），每单 94元（100元）",
        "2 位来买：新客 1 位（2 位），回头客 1 位，占 50%（0%）",
        "1 位先问，1 位下单，占 100%",
        "投诉 2 件，还开着 2 件：面霜瓶子碎了 2",
        "近 90 天投诉完又买的：挽回成功的 1 位里 1 位（100%）",
        "1 次问话 1 次一天内回了，一半在 20 分钟内回",
        "1 位打分：物流 3.0、仓储 5.0、质量 5.0、购物流程 4.0",
        "谁在回：小王 1 位",
        "发出 回复 1",
        "看这一样：都还平稳，没有要特别看的。",
    ]
    assert counter.say("周报") == counter.say("报表 本周") == counter.say("报表周") == "\n".join(told)


def test_other_stretches(counter: Counter) -> None:
    a_shop(counter)
    assert counter.say("报表 上周").splitlines()[:3] == [
        "上周 11月9日–11月15日",
        "卖了 200元",
        "2 单，每单 100元",
    ]
    month = counter.say("月报").splitlines()
    assert month[0] == "这个月 11月1日–11月20日，括号里是上个月同期"
    assert month[1] == "卖了 388元" and "没有投诉" not in "".join(month)
    assert counter.say("报表 上个月").splitlines()[1].startswith("投诉 1 件：味道不对 1")


def test_an_order_at_midnight_is_the_new_weeks(counter: Counter, xiaoli: int) -> None:
    counter.now = at("2026-11-15", "23:59")
    buys(counter, xiaoli, CREAM, 100)
    counter.now = at("2026-11-16", "00:00")
    buys(counter, xiaoli, CREAM, 30)
    assert "卖了 30元" in counter.say("报表")
    assert "卖了 100元" in counter.say("报表 上周")


def test_who_went_is_told_with_where_to_find_them(counter: Counter, xiaoli: int) -> None:
    for n in range(3):
        who = counter.buyer(f"u{n}")
        moved = {"day": MONDAY.date(), "at": MONDAY, "before": "老客户", "after": "流失"}
        counter.put(StageMoveRow, customer_id=who, reason="400 天没来", **moved)
    told = counter.say("报表")
    assert "流失 3 位" in told and "回访名单" in told.splitlines()[-1]


def bars(counter: Counter, which: Which) -> tuple[Daily, Daily] | None:
    with counter.database.transaction() as connection:
        desk = Desk(connection, counter.settings, counter.now)
        return daily(desk, period(which, counter.now, counter.settings.shop.zone))


def picture(counter: Counter, which: Which) -> bytes:
    with counter.database.transaction() as connection:
        return drawn(Desk(connection, counter.settings, counter.now), which)


def test_the_bars_of_the_chart_add_up_to_what_the_text_says(counter: Counter) -> None:
    a_shop(counter)
    told = {which: counter.say(f"报表 {which}").splitlines()[1] for which in Which}
    for which in (Which.WEEK, Which.LAST_WEEK, Which.MONTH):
        found = bars(counter, which)
        assert found
        this, before = (show_money(sum(stretch.revenue, Decimal(0))) for stretch in found)
        assert told[which].startswith(f"卖了 {this}")
        assert f"（{before}，" in told[which] or before == "0元"
        with Image.open(BytesIO(picture(counter, which))) as png:
            assert (png.format, png.size) == ("PNG", (900, 500))
    assert bars(counter, Which.LAST_MONTH) is None
    assert picture(counter, Which.LAST_MONTH) == b""


def test_a_bar_for_each_day_so_far(counter: Counter) -> None:
    a_shop(counter)
    found = bars(counter, Which.WEEK)
    assert found == (
        Daily(MONDAY.date(), 7, (Decimal(188), *[Decimal(0)] * 4)),
        Daily(MONDAY.date() - timedelta(days=7), 5, (Decimal(200), *[Decimal(0)] * 4)),
    )


def test_without_orders_there_is_no_picture(sqlite_counter: Counter) -> None:
    counter = sqlite_counter
    ann = counter.buyer("alice")
    counter.now = MONDAY - timedelta(days=7)
    buys(counter, ann, CREAM, 129)
    counter.now = MONDAY + timedelta(hours=1)
    assert counter.say("报表").splitlines()[1] == "一单也没有（1 单）"
    assert picture(counter, Which.WEEK) == b""
    buys(counter, ann, CREAM, 0)
    assert picture(counter, Which.WEEK), "what was given away was an order"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("报表", "这周还没有单子，也没有人来问，有了我都记着。上周的打：报表 上周"),
        ("报表 月", "这个月还没有单子，也没有人来问，有了我都记着。上个月的打：报表 上月"),
        ("报表 上月", "上月没有记下什么。以前的单子导进来就有了：帮助 导入"),
        ("报表 去年", "“去年”没看懂，能写：周、上周、月、上月"),
    ],
)
def test_with_nothing_to_report_it_says_so(sqlite_counter: Counter, line: str, told: str) -> None:
    assert sqlite_counter.say(line).splitlines()[0] == told


@pytest.fixture
def sqlite_counter(sqlite_url: str, settings: Settings) -> Counter:
    """What the database does not matter for."""
    return Counter(Database(sqlite_url), settings)
