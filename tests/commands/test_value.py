"""积分, 阶段, 等级, 回访名单, 老客, the part of 客户 on worth, and 找 with a condition."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col

from bot.core.customer import TagSource
from bot.core.effects import AddTag, SetFields
from storage.rows import ComplaintRow, ContactRow, CustomerRow, OrderRow, PointsRow
from tests.commands.conftest import Counter


def bought(
    counter: Counter, who: str, amount: int = 129, product: str = "面霜", times: int = 1, every: int = 30
) -> None:
    for _ in range(times):
        counter.wait(days=every)
        assert "记下了" in counter.say(f"订单 {who} {product} {amount}")


# --- 客户 ---------------------------------------------------------------------------------------------


def test_the_card_says_what_they_are_worth(counter: Counter, xiaoli: int) -> None:
    bought(counter, "小丽", 300, times=3)
    told = counter.say("客户 小丽").splitlines()
    assert f"小丽 #{xiaoli} · 老客户" in told
    assert "买过 3 单共 900元，每单 300元，银卡到2028年2月19日，重要发展客户，1月20日起老客户" in told
    assert "玫瑰面霜大约4月8日用完" in told
    assert "积分：900 分" in told


def test_the_card_says_who_is_late_and_what_goes_with_it(counter: Counter, xiaoli: int) -> None:
    for n in range(3):
        who = f"客{n}"
        counter.buyer(f"u{n}", name=who)
        bought(counter, who, product="面霜", every=1)
    for n in range(3):
        counter.say(f"订单 客{n} 发夹 20")
    bought(counter, "小丽", product="发夹", times=2, every=20)
    counter.wait(days=80)
    told = counter.say("客户 小丽")
    assert "发夹大约" in told and "天还没来" in told


def test_nothing_is_said_of_who_never_bought(counter: Counter, xiaoli: int) -> None:
    assert "积分" not in counter.say("客户 小丽")
    assert "买过" not in counter.say("客户 小丽")


# --- 积分 ---------------------------------------------------------------------------------------------


def test_points_are_given_and_used_and_never_below_zero(counter: Counter, xiaoli: int) -> None:
    bought(counter, "小丽", 200)
    assert counter.say("积分 小丽 +50 生日").splitlines() == ["小丽 +50 分（生日），现在 250 分。"]
    assert counter.say("积分 小丽 －100 换小样") == "小丽 -100 分（换小样），现在 150 分。"
    assert counter.say("积分 小丽 -151") == "小丽 的积分不够：只有 150 分，要用 151 分。没有改。"
    assert counter.say("积分 小丽-150").startswith("没有找到")
    told = counter.say("积分 小丽").splitlines()
    assert told == [
        "小丽 有 150 分",
        "12月21日 -100 换小样",
        "12月21日 +50 生日",
        "12月21日 +200 购物",
    ]
    assert [(r.points, r.actor) for r in counter.rows(PointsRow)][1:] == [(50, "老板"), (-100, "老板")]


def test_points_that_end_soon_are_told(counter: Counter, xiaoli: int) -> None:
    bought(counter, "小丽", 200)
    counter.wait(days=340)
    assert "其中 200 分快到期，最早12月21日" in counter.say("积分 小丽")
    assert "积分：200 分，其中 200 分12月21日到期" in counter.say("客户 小丽")
    counter.wait(days=30)
    assert counter.say("积分 小丽").splitlines()[0] == "小丽 有 0 分"
    assert "积分不够：只有 0 分" in counter.say("积分 小丽 -1")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("积分 小丽 50", "写 +50 是加，-50 是用掉"),
        ("积分 小丽 +0", "一次 1 到 1000000 分"),
        ("积分 小丽 +9999999", "一次 1 到 1000000 分"),
        ("积分 小丽 +半", "看不懂"),
        ("积分", "用法：积分 名 [±数 [原因]]"),
    ],
)  # fmt: skip
def test_a_change_that_is_none(counter: Counter, xiaoli: int, line: str, why: str) -> None:
    assert why in counter.say(line)
    assert counter.rows(PointsRow) == []


def test_what_is_owed_after_a_refund_is_told(counter: Counter, xiaoli: int) -> None:
    from bot.core.customer import OrderStatus
    from bot.core.effects import KeepOrder

    bought(counter, "小丽", 200)
    counter.say("积分 小丽 -200 换礼")
    (order,) = counter.rows(OrderRow)
    fields = {"status": OrderStatus.REFUNDED, "total": order.total, "created_at": order.created_at}
    counter.write(KeepOrder(order.number, xiaoli, fields))
    assert counter.say("积分 小丽").splitlines()[:2] == ["小丽 有 0 分", "退款欠着 200 分，以后得的先抵"]
    assert (
        counter.say("积分 小丽 +50") == "小丽 +50 分（店主给的），现在 0 分。退款欠着的还有 150 分，先抵掉。"
    )


# --- 阶段 ---------------------------------------------------------------------------------------------


def test_the_way_through_the_stages(counter: Counter, xiaoli: int) -> None:
    bought(counter, "小丽", times=2)
    assert counter.say("阶段 小丽").splitlines() == [
        "小丽 现在是 老客户",
        "2027年1月20日 新客→老客户：买过 2 单".replace("2027年", ""),
        "2026年12月21日 潜客→新客：买了第一单",
    ]
    assert counter.say("阶段 小丽 流失").startswith("流失 不用你定")


def test_only_the_seller_makes_an_agent(counter: Counter, xiaoli: int) -> None:
    bought(counter, "小丽", times=3)
    for _ in range(3):
        counter.write(AddTag(xiaoli, "常夸", TagSource.BOT))
    assert "可以谈分销。谈成了发：阶段 小丽 分销商" in counter.say("阶段 小丽")
    told = counter.say("阶段 小丽 分销商")
    assert told == "小丽 从 粉丝 变成 分销商 了。不算了发：阶段 小丽 不是分销商"
    assert "已经是分销商了" in counter.say("阶段 小丽 代理")
    bought(counter, "小丽")
    assert counter.customer(xiaoli).stage == "分销商"
    assert "现在是 粉丝（买过 4 单" in counter.say("阶段 小丽 不是分销商")
    assert "本来就不是分销商" in counter.say("阶段 小丽 取消")
    assert "粉丝→分销商：店主确认的" in counter.say("阶段 小丽")


# --- 等级, 老客 ----------------------------------------------------------------------------------------


def test_tiers_at_a_glance(counter: Counter, xiaoli: int) -> None:
    assert counter.say("等级") == "还没有人买过，等级都空着。"
    counter.buyer("bob", name="大明")
    bought(counter, "小丽", 600)
    bought(counter, "大明", 60, every=0)
    told = counter.say("等级").splitlines()
    assert told[2:] == [
        "银卡 1 位，共消费 600元（12 个月满 500元：包邮）",
        "还没到等级的 1 位",
        "看是谁：找 等级=银卡",
    ]
    counter.wait(days=350)
    assert "银卡 1 位，共消费 600元，1 位 30 天内到期" in counter.say("等级")


def test_who_bought_most(counter: Counter, xiaoli: int) -> None:
    assert counter.say("老客") == "还没有人买过。"
    counter.buyer("bob", name="大明")
    bought(counter, "小丽", 100)
    bought(counter, "大明", 900, every=0)
    assert counter.say("老客 5").splitlines() == [
        "买得最多的 2 位：",
        "1 大明：1 单共 900元，银卡，0 天前来过",
        "2 小丽：1 单共 100元，0 天前来过",
        "看一个：客户 大明",
    ]
    assert "几位看不懂" in counter.say("老客 一百")


# --- 回访名单 -----------------------------------------------------------------------------------------


def test_who_should_be_called_back(counter: Counter, xiaoli: int) -> None:
    counter.buyer("bob", name="大明")
    bought(counter, "小丽", 400, times=4)
    bought(counter, "大明", 200, times=3, every=5)
    assert counter.say("回访名单").startswith("现在没有该回访的")
    counter.wait(days=150)
    told = counter.say("回访名单").splitlines()
    assert told[0] == "该回访的 2 位，把握和分量大的在前："
    assert (
        told[1].startswith("1 小丽（把握") and "：4 单共 1600元，上次玫瑰面霜，165 天没来，平常约" in told[1]
    )
    assert told[2] == "  回 小丽 文字"
    assert told[3].startswith("2 大明（把握")


@pytest.mark.parametrize("why", ["opted_out_at", "stopped_at", "red_line_at", "complains", "spoke"])
def test_nobody_is_called_back_who_must_be_left_alone(counter: Counter, xiaoli: int, why: str) -> None:
    bought(counter, "小丽", 400, times=4)
    counter.wait(days=150)
    assert "小丽" in counter.say("回访名单")
    if why == "complains":
        step = {"step": 1, "opened_at": counter.now, "entered_at": counter.now, "due_at": counter.now}
        counter.put(ComplaintRow, customer_id=xiaoli, **step)
    elif why == "spoke":
        from sqlalchemy import update

        with counter.database.transaction() as c:
            recently = counter.now - timedelta(days=6)
            c.execute(
                update(ContactRow).where(col(ContactRow.customer_id) == xiaoli).values(message_at=recently)
            )
    else:
        counter.write(SetFields(xiaoli, {why: counter.now}))
    assert counter.say("回访名单").startswith("现在没有该回访的")


# --- 找 ----------------------------------------------------------------------------------------------


@pytest.fixture
def shop(counter: Counter, xiaoli: int) -> Counter:
    counter.buyer("bob", name="大明", address="杭州市西湖区")
    counter.buyer("eve", name="小芳")
    counter.tag(xiaoli, "敏感肌")
    bought(counter, "小丽", 300, times=2, every=10)
    bought(counter, "大明", 900, "洗面奶", every=0)
    counter.wait(days=95)
    bought(counter, "大明", 90, every=0)
    return counter


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("标签=敏感肌 且 90天未购 且 消费>500", ["小丽"]),
        ("标签=敏感肌，90天未购、消费＞500", ["小丽"]),
        ("订单数>=2", ["大明", "小丽"]),
        ("订单数>=2 且 非 城市=杭州", ["小丽"]),
        ("30天内买过 或 标签=敏感肌", ["大明", "小丽"]),
        ("买过=洗面奶", ["大明"]),
        ("没买过=面霜", ["小芳"]),
        ("消费<100", ["小芳"]),
        ("等级=银卡", ["大明", "小丽"]),
        ("阶段=潜客", ["小芳"]),
        ("积分>700 敏感肌", []),
    ],
)
def test_finding_by_a_condition(shop: Counter, condition: str, names: list[str]) -> None:
    told = shop.say(f"找 {condition}")
    found = [line.split(" ")[1].split("（")[0] for line in told.splitlines()[1:-1]]
    assert found == names
    if not names:
        assert told == f"没有这样的人：{condition}"


def test_what_is_found_says_what_they_are_worth(shop: Counter) -> None:
    assert shop.say("找 订单数>=1").splitlines() == [
        "2 位：",
        "1 大明（老客户，银卡，2 单共 990元，今天买过）#2",
        "2 小丽（老客户，银卡，2 单共 600元，95 天前买过）#1",
        "看一个：客户 大明",
    ]
    assert shop.say("找 订单数=0").splitlines()[1] == "1 小芳（潜客，没买过）#3"


def test_more_than_fit_are_counted(counter: Counter) -> None:
    for n in range(12):
        counter.buyer(f"u{n}", name=f"客{n}")
    assert counter.say("找 阶段=潜客").startswith("12 位，先列买得最多的 10 位：\n1 客0（")


def test_a_condition_that_is_misread_says_where_and_gives_an_example(counter: Counter) -> None:
    told = counter.say("找 标签=敏感肌 且 年龄>30")
    assert told.startswith("第 10 个字起看不懂：没有“年龄”这个条件")
    assert told.endswith("例：找 标签=敏感肌 且 90天未购 且 消费>500")
    assert "等级没有“白金”，有：银卡、金卡、钻石卡" in counter.say("找 等级=白金")


def test_plain_words_are_found_as_they_stand(counter: Counter, xiaoli: int) -> None:
    counter.buyer("bob", name="李且", note="A=B")
    assert "李且" in counter.say("找 李且")
    assert "小丽" in counter.say("找 小丽")
    assert counter.rows(CustomerRow)[0].id == xiaoli
