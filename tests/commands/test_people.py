"""客户, 找, 标签, 备注, 停, 恢复."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.customer import OrderStatus, TagSource
from bot.core.effects import KeepOrder, SetFields
from storage.rows import CustomerRow, TagRow
from storage.state import PUSHES_STOPPED, read_state
from tests.commands.conftest import Counter


@pytest.mark.parametrize(
    ("status", "refunded", "line"),
    [
        (OrderStatus.SIGNED, "0", "订单 T12 258元 已签收"),
        (OrderStatus.SIGNED, "58.00", "订单 T12 258元（退了 58元） 已签收"),
        (OrderStatus.REFUNDED, "258", "订单 T12 258元 已退款"),
        (OrderStatus.CANCELLED, "58", "订单 T12 258元 已取消"),
    ],
)
def test_an_order_without_lines_and_what_went_back_of_it(
    counter: Counter, xiaoli: int, status: OrderStatus, refunded: str, line: str
) -> None:
    told = {"status": status, "total": Decimal(258), "refunded": Decimal(refunded)}
    counter.write(KeepOrder("T12", xiaoli, told, items=()))
    assert line in counter.say("客户 小丽").splitlines()


def test_a_card_shows_everything_that_matters(counter: Counter, xiaoli: int) -> None:
    counter.tag(xiaoli, "敏感肌")
    counter.tag(xiaoli, "敏感肌")
    counter.say("标签 小丽 +爱喝茶")
    counter.asked(xiaoli, "桃花面膜", "面膜有吗")
    counter.say("订单 小丽 面霜 258 2")
    counter.asked(xiaoli, "桃花面膜", "面膜什么时候补货")
    counter.say("发货 小丽 SF1234567890123")
    with counter.may_not_send("对方超过 48 小时没说话，平台不让主动发"):
        told = counter.say("客户 小丽")
    assert told.splitlines() == [
        f"小丽 #{xiaoli} · 新客",
        "从 sandbox 来，11月21日 09:00 第一次来",
        "电话：13812345678",
        "标签：敏感肌×2、爱喝茶（你加的）",
        "资料 16%，下一个可以问地址（资料 小丽）",
        "玫瑰面霜大约2027年3月21日用完",
        "积分：258 分",
        "订单 20261121-1 玫瑰面霜×2 258元 已发货",
        "  顺丰 SF1234567890123，11月21日 09:00 发",
        "问过 桃花面膜：“面膜什么时候补货”，刚刚，没下单",
        "等着发的通知“玫瑰面霜×2已经寄出： 顺丰 SF123…”：5 秒后发出，要收回发 撤",
        "现在不能发你的回复、发货通知、问候、促销：对方超过 48 小时没说话，平台不让主动发",
    ]


def test_a_card_says_what_holds_messages_back(counter: Counter, xiaoli: int) -> None:
    counter.say("接管 小丽")
    counter.say("停 小丽")
    told = counter.say("客户 小丽").splitlines()
    assert "现在能发：你的回复、发货通知" in told
    assert "现在不能发问候、促销：给这个人的推送停着" in told
    assert "老板 接着聊到 09:30，机器人不回。交还 小丽" in told
    assert "11月21日 09:00 停了问候和促销。恢复 小丽" in told
    counter.write(SetFields(xiaoli, {"opted_out_at": counter.now}))
    assert "现在不能发问候、促销：对方退订了" in counter.say("客户 小丽")


def test_finding_by_tag_name_note_phone_and_purchase(counter: Counter, xiaoli: int) -> None:
    counter.tag(xiaoli, "敏感肌")
    counter.say("备注 小丽 怕痒")
    counter.say("订单 小丽 面霜 129")
    for words, why in (
        ("敏感", "标签 敏感肌"),
        ("怕痒", "备注 2026-11-21 怕痒"),
        ("玫瑰", "买过 玫瑰面霜"),
        ("1381", "电话 13812345678"),
        ("敏感 怕痒", "标签 敏感肌，备注 2026-11-21 怕痒"),
        ("alice", "新客"),
        ("丽", "新客"),
    ):
        assert f"1 小丽（{why}）#{xiaoli}\n看一个：客户 小丽" in counter.say(f"找 {words}")
    assert "没有找到“敏感 油皮”" in counter.say("找 敏感 油皮")
    assert "小丽" in counter.say("find alice")


def test_more_than_ten_are_cut(counter: Counter) -> None:
    for number in range(12):
        counter.buyer(f"b{number}", nickname=f"团购{number}")
    told = counter.say("找 团购").splitlines()
    assert told[0] == "“团购”有 10 位以上，先列这些："
    assert len(told) == 12
    assert "不止 9 位" in counter.say("客户 团购")


def test_tags_of_the_seller(counter: Counter, xiaoli: int) -> None:
    counter.tag(xiaoli, "油皮")
    assert counter.say("标签 小丽") == "小丽 的标签：油皮"
    told = counter.say("标签 小丽 ＋敏感肌＋VIP-1 -油皮 -没有的")
    assert told == "小丽 的标签加了 敏感肌、VIP-1；去掉 油皮；本来就没有 没有的。\n现在是：敏感肌、VIP-1"
    assert [(r.name, r.source) for r in counter.rows(TagRow)] == [
        ("敏感肌", TagSource.SELLER),
        ("VIP-1", TagSource.SELLER),
    ]
    assert counter.say("tag 小丽") == "小丽 的标签：敏感肌（你加的）、VIP-1（你加的）"


@pytest.mark.parametrize("changes", ["+干皮 -油皮", "+干皮-油皮", "＋ 干皮 － 油皮", "+干皮\n-油皮"])
def test_how_tags_may_be_typed(counter: Counter, xiaoli: int, changes: str) -> None:
    counter.tag(xiaoli, "油皮")
    counter.say(f"标签 小丽 {changes}")
    assert [r.name for r in counter.rows(TagRow)] == ["干皮"]


def test_a_tag_of_the_bot_becomes_the_sellers(counter: Counter, xiaoli: int) -> None:
    counter.tag(xiaoli, "油皮")
    counter.say("标签 小丽 +油皮")
    counter.tag(xiaoli, "油皮")
    (tag,) = counter.rows(TagRow)
    assert tag.source == TagSource.SELLER


def test_notes_are_added_to_and_kept_as_typed(counter: Counter, xiaoli: int) -> None:
    counter.say("备注 小丽 怕痒，别推酒精类（真的）！")
    counter.wait(days=1)
    told = counter.say("note 小丽 女儿六岁")
    assert counter.customer(xiaoli).note == "2026-11-21 怕痒，别推酒精类（真的）！\n2026-11-22 女儿六岁"
    assert told == f"小丽 的备注记下了，现在是：\n{counter.customer(xiaoli).note}"


def test_stop_and_resume_one(counter: Counter, xiaoli: int) -> None:
    told = counter.say("停 小丽", role="staff", seller="小王")
    assert told.startswith("停了：小丽 不再收到问候和促销。来问照样回，发货通知和你的回复照发。")
    assert counter.customer(xiaoli).stopped_at == counter.now
    assert "11月21日 09:00 就停了" in counter.say("stop 小丽")
    assert counter.say("恢复 小丽") == "恢复了。小丽 又能收到问候和促销了。"
    assert counter.customer(xiaoli).stopped_at is None
    assert counter.say("resume 小丽") == "小丽 没有停。"


def test_nobody_resumes_for_who_opted_out(counter: Counter, xiaoli: int) -> None:
    counter.write(SetFields(xiaoli, {"opted_out_at": counter.now, "stopped_at": counter.now}))
    told = counter.say("恢复 小丽")
    assert "小丽 自己退订过" in told
    assert "又能收到" not in told
    assert counter.customer(xiaoli).opted_out_at is not None


def _stopped(counter: Counter) -> bool:
    with counter.database.transaction() as connection:
        return bool(read_state(connection, PUSHES_STOPPED))


def test_stop_and_resume_all_is_the_owners_and_is_confirmed(counter: Counter, xiaoli: int) -> None:
    assert "只有店主能用" in counter.say("停 全部", seller="小王", role="staff")
    assert "回 确认 就做" in counter.say("停 全部")
    assert not _stopped(counter)
    assert counter.say("确认").startswith("停了：所有买家")
    assert _stopped(counter)
    assert "早就停着" in counter.say("停 全部")
    assert "现在不能发问候、促销：你停了全部推送" in counter.say("客户 小丽")
    assert "全部推送都停着" in counter.say("恢复 小丽")
    assert "只有店主能用" in counter.say("恢复 全部", seller="小王", role="staff")
    assert counter.say("恢复 全部").startswith("恢复了")
    assert not _stopped(counter)
    assert "没有停" in counter.say("恢复 全部")


def test_a_customer_on_no_account_is_found_too(counter: Counter) -> None:
    counter.put(CustomerRow, name="手工录的", first_seen_at=counter.now)
    assert "手工录的" in counter.say("客户 手工录的").splitlines()[0]


def test_how_long_ago(counter: Counter, xiaoli: int) -> None:
    counter.asked(xiaoli, "桃花面膜", "面膜有吗")
    for span, said in ((timedelta(minutes=5), "5 分钟前"), (timedelta(days=3), "3 天前")):
        counter.now += span
        assert said in counter.say("客户 小丽")
