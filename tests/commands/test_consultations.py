"""未下单: who asked and has not bought, why not, and how many do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.effects import CloseConsultations, FollowedUp, OpenConsultation
from handlers.commands.asked import figures
from storage.queries.consultations import Past
from storage.rows import ConsultationRow
from tests.commands.conftest import NINE, Counter


def test_who_asked_and_has_not_bought(counter: Counter, xiaoli: int) -> None:
    assert counter.say("未下单") == "没有问了没下单的。"
    counter.asked(xiaoli, "玫瑰面霜", "面霜多少钱")
    counter.wait(hours=3)
    counter.asked(counter.buyer("bob", nickname="大 明"), "", "那个很火的东西还有吗我想要两个可以便宜点不")
    assert counter.say("未下单").splitlines() == [
        "问了没下单的：",
        "1 大 明 没说哪样：“那个很火的东西还有吗我想要两个可以便宜点不”，还没跟，刚刚",
        "2 小丽 玫瑰面霜：“面霜多少钱”，还没跟，3 小时前",
        "30 天里 2 人问过，0 人下单（0%）。没下单的原因：没说 2",
        "回话：回 大 明 文字",
        "不买了：未下单 大 明 原因",
    ]
    assert counter.say("未下单 全部") == counter.say("未下单")


def test_what_is_known_of_each(counter: Counter, xiaoli: int) -> None:
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "面霜多少钱", Decimal(129)))
    counter.wait(minutes=1)
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "太贵了", None, ("嫌贵",)))
    counter.wait(hours=20)
    counter.write(FollowedUp(counter.rows(ConsultationRow)[0].id))
    counter.wait(hours=2)
    story = "“面霜多少钱 / 太贵了”，问了 2 次，报过 129元，嫌贵，2 小时前跟过，22 小时前"
    assert f"1 小丽 玫瑰面霜：{story}" in counter.say("consultations")
    assert counter.say("未下单 小丽").splitlines() == [
        "小丽 问了没下单的：",
        f"1 玫瑰面霜：{story}",
        "回话：回 小丽 文字",
        "不买了：未下单 小丽 原因",
    ]


def test_an_order_closes_what_was_followed_up_too(counter: Counter, xiaoli: int) -> None:
    counter.asked(xiaoli, "玫瑰面霜", "面霜多少钱")
    counter.write(FollowedUp(counter.rows(ConsultationRow)[0].id))
    counter.say("订单 小丽 面霜 129")
    [row] = counter.rows(ConsultationRow)
    assert (row.state, row.order_number) == ("ordered", "20261121-1")
    assert counter.say("未下单") == "没有问了没下单的。\n30 天里 1 人问过，1 人下单（100%）。"
    assert "跟过 1 人，1 人后来下单" in counter.say("未下单 统计")


def test_the_seller_gives_up_with_a_reason(counter: Counter, xiaoli: int) -> None:
    counter.asked(xiaoli, "玫瑰面霜", "面霜多少钱")
    assert counter.say("未下单 小丽 去了 别家") == (
        "记下了：小丽 问的玫瑰面霜没下单，因为去了 别家。不再跟了。"
    )
    [row] = counter.rows(ConsultationRow)
    assert (row.state, row.reason, row.closed_at) == ("given_up", "去了 别家", NINE)
    assert counter.say("未下单").endswith("没下单的原因：去了 别家 1")
    assert counter.say("未下单 小丽 嫌贵") == "小丽 没有问了没下单的事。"
    assert counter.say("未下单 小丽") == "小丽 没有问了没下单的事。"


def test_figures_by_product(counter: Counter, xiaoli: int) -> None:
    assert counter.say("未下单 统计") == "30 天里没有人来问过。"
    bob, carol = counter.buyer("bob", name="大明"), counter.buyer("carol", name="小芳")
    for who, product, objections in (
        (xiaoli, "玫瑰面霜", ("再想想", "嫌贵")),
        (bob, "玫瑰面霜", ()),
        (carol, "", ()),
        (carol, "玫瑰面霜", ("嫌贵",)),
    ):
        counter.write(OpenConsultation(who, product, "多少钱", None, objections))
    counter.say("订单 大明 面霜 129")
    counter.write(CloseConsultations(xiaoli, "given_up", reason="没说"))
    assert counter.say("未下单 统计").splitlines() == [
        "30 天里 3 人问过，1 人下单（33%）。没下单的原因：嫌贵 1、没说 1",
        "1 玫瑰面霜：3 人问，1 人下单（33%）；没下单：嫌贵 1、没说 1",
        "2 没说哪样：1 人问，0 人下单（0%）；没下单：没说 1",
    ]
    counter.wait(days=31)
    assert counter.say("未下单 统计") == "30 天里没有人来问过。"


def test_only_what_fits_a_phone(counter: Counter) -> None:
    for n in range(12):
        counter.asked(counter.buyer(f"b{n}", name=f"客{n}"), "玫瑰面霜", "多少钱" * 30)
        counter.wait(minutes=1)
    said = counter.say("未下单")
    assert "10 客2 " in said
    assert "客1 " not in said
    assert "只列最近 10 条" in said


@pytest.mark.parametrize("line", ["未下单 谁也不是", "未下单 谁也不是 嫌贵"])
def test_nobody_of_that_name(counter: Counter, line: str) -> None:
    assert "没有找到" in counter.say(line)


def test_what_was_followed_up_collects_questions(counter: Counter, xiaoli: int) -> None:
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "面霜多少钱", Decimal(129), ("再想想",)))
    [row] = counter.rows(ConsultationRow)
    counter.write(FollowedUp(row.id))
    counter.wait(hours=1)
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "还有吗", consultation_id=row.id))
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "太贵", Decimal(119), ("再想想", "嫌贵"), row.id))
    [row] = counter.rows(ConsultationRow)
    assert (row.words, row.questions, row.state) == ("面霜多少钱\n还有吗\n太贵", 3, "followed_up")
    assert (row.price, row.objections, row.last_at) == (
        Decimal(119),
        "再想想 嫌贵",
        NINE + timedelta(hours=1),
    )
    counter.write(CloseConsultations(xiaoli, "given_up", reason="嫌贵"))
    counter.write(OpenConsultation(xiaoli, "玫瑰面霜", "太晚了", consultation_id=row.id))
    assert counter.rows(ConsultationRow)[0].questions == 3


def past(
    who: int, *, reason: str = "", ordered: bool = False, followed: bool = False, product: str = ""
) -> Past:
    return Past(who, product, ordered, followed, reason, NINE)


def test_everybody_counts_once_and_the_reasons_add_up() -> None:
    found = figures(
        [
            past(1, reason="嫌贵"),
            past(1, reason="没说", product="面霜"),
            past(2, ordered=True, followed=True),
            past(2, reason="嫌贵", product="面霜"),
            past(3, followed=True),
            past(4, reason="再想想"),
            past(5, reason="再想想"),
        ]
    )
    assert (found.asked, found.ordered, found.share) == (5, 1, 20)
    assert (found.followed_up, found.ordered_then) == (2, 1)
    assert found.reasons == (("再想想", 2), ("嫌贵", 1), ("没说", 1))
    assert figures([]).share == 0
