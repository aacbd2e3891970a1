"""How a report reads, and what it points out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.core.report import Answers, Asked, Came, Complained, Mark, Report, Stretch, Trade, Trial
from handlers.report.one_thing import one_thing
from handlers.report.period import Which, period
from handlers.report.text import text

WEEK = period(Which.WEEK, datetime(2026, 11, 20, 4, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
BEFORE = Stretch(
    Trade(19, Decimal(2930), 18, 8),
    1,
    Asked(12, 5),
    Complained(1, 0),
    Answers(9, 9, timedelta(minutes=25)),
    4,
    (Mark("物流", 4.6, 4),),
)
THIS = Stretch(
    Trade(23, Decimal(3280), 20, 8),
    2,
    Asked(15, 6, (("嫌贵", 5), ("没说", 4))),
    Complained(
        3, 2, (("玫瑰面霜", 1),), (("瓶子碎了", 2), ("发错", 1)), (("快递摔的", 1),), (("挽回成功", 1),)
    ),
    Answers(18, 17, timedelta(minutes=12)),
    12,
    (Mark("物流", 4.25, 12), Mark("质量", 4.9, 12)),
)


def test_all_of_it() -> None:
    report = Report(
        THIS,
        BEFORE,
        staff=(("小王", 32), ("老板", 12)),
        sent=(("自动回复", 45), ("通知", 20)),
        refused=(("他退订了", 2), ("48 小时没说过话", 1)),
        recovered=(Came("挽回成功的", 5, 2), Came("别的", 3, 0)),
        trials=(Trial("想念老客", (Came("A", 12, 3), Came("没发的", 10, 1))),),
    )
    assert text(report, WEEK).splitlines() == [
        "这周 11月16日–11月20日，括号里是上周同期",
        "卖了 3280元（2930元，多 12%）",
        "23 单（19 单），每单 142.61元（154.21元）",
        "20 位来买：新客 12 位（10 位），回头客 8 位（8 位），占 40%（44%）",
        "流失 2 位（1 位）",
        "15 位先问（12 位），6 位下单，占 40%（42%）。没买因为：嫌贵 5、没说 4",
        "投诉 3 件（1 件），还开着 2 件：瓶子碎了 2、发错 1",
        "查到的原因：快递摔的 1",
        "投诉的结果：挽回成功 1",
        "近 90 天投诉完又买的：挽回成功的 5 位里 2 位（40%），别的 3 位里 0 位",
        "18 次问话 17 次一天内回了，一半在 12 分钟内回（25 分钟）",
        "12 位打分：物流 4.2（4.6）、质量 4.9",
        "谁在回：小王 32 位、老板 12 位",
        "发出 自动回复 45、通知 20；没发出 3 条：他退订了 2、48 小时没说过话 1",
        "试“想念老客”，后来又买的：A 12 位里 3 位（25%），没发的 10 位里 1 位（10%）",
        "看这一样：投诉比上周同期多了一倍不止。总账打：投诉 统计",
    ]


def test_a_first_week_has_nothing_to_compare_and_no_zeros() -> None:
    report = Report(Stretch(Trade(1, Decimal(129), 1, 0)))
    assert text(report, WEEK).splitlines() == [
        "这周 11月16日–11月20日",
        "卖了 129元",
        "1 单，每单 129元",
        "1 位来买：新客 1 位",
        "看这一样：都还平稳，没有要特别看的。",
    ]


def test_what_has_stopped_is_told() -> None:
    report = Report(before=replace(BEFORE, lost=0))
    told = text(report, WEEK).splitlines()
    assert told[1:3] == ["一单也没有（19 单）", "没有投诉（1 件）"]


def test_of_nothing_nothing_is_told() -> None:
    assert text(Report(), WEEK) == ""
    assert text(Report(recovered=(Came("挽回成功的", 5, 2),)), WEEK) == ""


GOOD = Stretch(Trade(20, Decimal(2600), 18, 8))


@pytest.mark.parametrize(
    ("this", "before", "told"),
    [
        (replace(GOOD, complained=Complained(2, products=(("玫瑰面霜", 2),))), GOOD, "2 件投诉都是说玫瑰面霜"),
        (replace(GOOD, answers=Answers(10, 7)), GOOD, "有 3 次问话过了一天还没回上"),
        (replace(GOOD, answers=Answers(4, 0)), GOOD, "都还平稳"),
        (replace(GOOD, marks=(Mark("质量", 4.8, 5), Mark("物流", 3.2, 5))), GOOD, "物流只有 3.2 分"),
        (replace(GOOD, marks=(Mark("物流", 1.0, 2),)), GOOD, "都还平稳"),
        (replace(GOOD, lost=11), GOOD, "走的比新来的多（11 位比 10 位）"),
        (replace(GOOD, lost=10), GOOD, "都还平稳"),
        (replace(GOOD, asked=Asked(20, 5)), replace(GOOD, asked=Asked(20, 8)), "（从 40% 到 25%）。看为什么"),
        (replace(GOOD, asked=Asked(9, 0)), replace(GOOD, asked=Asked(20, 8)), "都还平稳"),
        (Stretch(Trade(20, Decimal(2600), 20, 4)), GOOD, "回头客占的比上周同期少了（从 44% 到 20%）"),
        (Stretch(Trade(10, Decimal(1300), 9, 4)), GOOD, "比上周同期少卖了 50%，主要是单子少了"),
        (Stretch(Trade(20, Decimal(1300), 18, 8)), GOOD, "比上周同期少卖了 50%，主要是每单买得少了"),
        (Stretch(Trade(30, Decimal(3900), 18, 8)), GOOD, "比上周同期多卖了 50%，主要是单子多了"),
        (Stretch(), GOOD, "一单也没有，请老客回来看看"),
    ],
)  # fmt: skip
def test_the_one_thing(this: Stretch, before: Stretch, told: str) -> None:
    assert told in one_thing(Report(this, before), WEEK)


def test_what_did_not_go_out_is_pointed_out_with_its_reason() -> None:
    report = Report(GOOD, GOOD, sent=(("问候", 20),), refused=(("他退订了", 4), ("平台没有收", 1)))
    assert one_thing(report, WEEK).startswith("5 条没发出去，多半因为他退订了")


def test_bad_news_goes_before_good() -> None:
    this = replace(Stretch(Trade(30, Decimal(3900), 18, 8)), answers=Answers(10, 2))
    assert "没回上" in one_thing(Report(this, GOOD), WEEK)
