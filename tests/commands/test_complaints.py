"""投诉 and what belongs to it: its list, its story, its steps, 改, 撤, 不是投诉, 统计."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from bot.core.complaint import Complaint, Ending, RemedyKind, Signal, Step
from bot.core.customer import OrderItem, OrderStatus
from bot.core.delivery import Kind, Status
from bot.core.effects import AddTag, NotifySeller, OpenComplaint, PromiseRemedy, RecordOrder, SetFields
from bot.core.settings import Settings
from handlers.commands.complaint_due import due_in
from handlers.commands.complaint_line import BY_WORD, ComplaintArguments, Say, word_alone, word_at
from handlers.commands.complaint_offers import given, planned
from handlers.commands.complaint_opening import opened
from handlers.commands.desk import Desk
from handlers.commands.framework import Misused
from handlers.complaint import steps
from storage.rows import (
    ComplaintMoveRow,
    ComplaintRow,
    ContactRow,
    MessageRow,
    OutboxRow,
    RemedyRow,
    TagRow,
    TimerRow,
)
from tests.commands.conftest import NINE, Counter
from tests.commands.test_learning import READ, alerted, examples, said

BROKEN = "面霜瓶子碎了，漏了一箱子"
STAFF = {"seller": "小王", "role": "staff"}


def complain(counter: Counter, customer: int, words: str = BROKEN, **fields: Any) -> int:
    """This buyer has complained; the complaint's number."""
    plan = counter.settings.complaints.deadlines.plan
    known = steps.opening(counter.now, plan) | {"urgency": "紧急", "source": "买家"} | fields
    counter.write(OpenComplaint(customer, "买家", words, known, "对不起，您接着说。"))
    return int(counter.rows(ComplaintRow)[-1].id)


def open_one(counter: Counter, number: int) -> Complaint:
    row = next(r for r in counter.rows(ComplaintRow) if r.id == number)
    return next(c for c in counter.customer(row.customer_id).complaints if c.id == number)


def texts(counter: Counter, *statuses: Status) -> list[str]:
    """What was to be sent to buyers."""
    rows = [row for row in counter.pushed() if row.kind in (Kind.RELAY, Kind.COMPLAINT)]
    return [row.text for row in rows if not statuses or row.status in statuses]


def send_all(counter: Counter) -> None:
    """What was held has gone."""
    counter.wait(seconds=6)
    for row in counter.pushed():
        if row.status == Status.HELD:
            counter.settle(row.id, Status.SENT, sent_at=counter.now)


def walk(counter: Counter, *lines: str, n: int = 1) -> str:
    """Each line typed and sent; the last answer."""
    told = ""
    for line in lines:
        told = counter.say(f"投诉 {n} {line}")
        send_all(counter)
    return told


TO_RESULT = ("道歉", "原因 打包时漏放了泡沫垫", "解释", "方案 补发一瓶 明天", "补偿 红包10元")


# --- a line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "what", "more"),
    [
        ("", "", ""),
        ("3", "3", ""),
        ("３", "3", ""),
        ("3号", "3", ""),
        ("3道歉", "3", "道歉"),
        ("３道歉 真对不起", "3", "道歉 真对不起"),
        ("3  道歉   真 对不起", "3", "道歉   真 对不起"),
        ("3：道歉", "3", "道歉"),
        ("3完成", "3", "完成"),
        ("3ok", "3", "ok"),
        ("小丽", "小丽", ""),
        ("小丽 瓶子 碎了", "小丽", "瓶子 碎了"),
        ("3姐 瓶子碎了", "3姐", "瓶子碎了"),
        ("13812345678 瓶子碎了", "13812345678", "瓶子碎了"),
        ("#1 瓶子碎了", "#1", "瓶子碎了"),
    ],
)
def test_a_number_may_be_glued_to_its_word(line: str, what: str, more: str) -> None:
    taken = ComplaintArguments.model_validate(ComplaintArguments.spread(line))
    assert (taken.what, taken.more) == (what, more)


@pytest.mark.parametrize(
    ("rest", "word", "text"),
    [
        ("道歉", Say.APOLOGY, ""),
        ("道歉。", Say.APOLOGY, ""),
        ("道歉：对不起", Say.APOLOGY, "对不起"),
        ("方案换货明天", Say.PLAN, "换货明天"),
        ("补偿红包10元", Say.GIVE, "红包10元"),
        ("不满意 还是漏", Say.UNSATISFIED, "还是漏"),
        ("不满意，还是漏", Say.UNSATISFIED, "还是漏"),
        ("满意了", Say.SATISFIED, ""),
        ("好", Say.DONE, ""),
        ("ＯＫ", Say.DONE, ""),
        ("退回单号 SF1234567890123", Say.SENT_BACK, "SF1234567890123"),
        ("好的我来处理", None, "好的我来处理"),
        ("随便", None, "随便"),
        ("", None, ""),
    ],
)
def test_a_step_word_and_what_is_behind_it(rest: str, word: Say | None, text: str) -> None:
    assert word_at(rest, "投诉 3") == (word, text)


def test_words_for_the_buyer_are_not_glued() -> None:
    with pytest.raises(Misused, match="投诉 3 道歉 信寄了"):
        word_at("道歉信寄了", "投诉 3")


def test_behind_a_name_only_a_word_of_its_own_counts() -> None:
    assert word_alone("补偿没到账") == (None, "补偿没到账")
    assert word_alone("补偿 没到账") == (Say.GIVE, "没到账")


@any_of(st.sampled_from(sorted(BY_WORD)), st.text(max_size=30))
def test_no_line_breaks_the_reading(word: str, text: str) -> None:
    for line in (text, f"3{word}{text}", f"3 {word} {text}"):
        ComplaintArguments.spread(line)
    try:
        word_at(f"{word}{text}", "投诉 3")
    except Misused as told:
        assert "空一格" in str(told)


# --- what is offered ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "words", "due"),
    [
        ("换货 明天", "换货", "换货", "11-22 22:00"),
        ("退款 3天内", "退款", "退款", "11-24 22:00"),
        ("补发一瓶 周五前", "补发", "补发一瓶", "11-26 22:00"),
        ("今晚退款", "退款", "退款", "11-21 22:00"),
        ("退款 24小时内", "退款", "退款", "11-22 09:00"),
        ("明天下午3点前退款", "退款", "退款", "11-22 15:00"),
        ("退", "退款", "退款", "11-22 22:00"),
        ("换", "换货", "换货", "11-22 22:00"),
        ("补", "补发", "补发", "11-22 22:00"),
        ("修", "维修", "维修", "11-22 22:00"),
        ("退货退款 下周一", "退货", "退货退款", "11-23 22:00"),
        ("不用退货，直接退款", "退款", "不用退货，直接退款", "11-22 22:00"),
        ("补差价 5元 今天", "退款", "补差价5元", "11-21 22:00"),
        ("其他 上门道歉 周三", "其他", "上门道歉", "11-25 22:00"),
        ("补发一瓶 明天发出", "补发", "补发一瓶，明天发出", "11-22 22:00"),
        ("三个工作日内退款", "退款", "退款", "11-25 22:00"),
    ],
)
def test_an_action_with_its_day(settings: Settings, text: str, kind: str, words: str, due: str) -> None:
    found = planned(text, NINE, settings.shop.opening, settings.complaints.remedy_due)
    assert found is not None
    at = found.due_at.astimezone(settings.shop.zone)
    assert (found.kind, found.words, f"{at:%m-%d %H:%M}") == (kind, words, due)


@pytest.mark.parametrize("text", ["", "会尽快", "其他", "抱歉"])
def test_words_are_no_action(settings: Settings, text: str) -> None:
    assert planned(text, NINE, settings.shop.opening, settings.complaints.remedy_due) is None


@pytest.mark.parametrize(
    ("text", "words", "cost"),
    [
        ("红包10元", "给您红包10元", 10),
        ("红包 10", "给您红包10元", 10),
        ("优惠券 20", "给您优惠券20元", 20),
        ("送一支护手霜 成本15", "送一支护手霜", 15),
        ("成本 15 送护手霜", "送护手霜", 15),
        ("送一支护手霜", "送一支护手霜", None),
        ("退差价8.5", "退差价8.5元", 8.5),
        ("红包 十块", "给您红包十块", 10),
        ("满100减20券", "给您满100减20元券", 20),
        ("打八折", "打八折", None),
        ("红包１０元", "给您红包１０元", 10),
    ],
)
def test_a_compensation_with_its_cost(text: str, words: str, cost: float | None) -> None:
    assert given(text) == (words, None if cost is None else Decimal(str(cost)))


@any_of(st.text(max_size=60))
def test_no_offer_breaks(text: str) -> None:
    now = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # the shop has closed
    hours = _hours()
    assert given(text).words
    due = due_in(text, now, hours, bare_dates=True)
    assert due.at is None or due.at.tzinfo is not None
    planned(text, now, hours, timedelta(days=1))


def _hours() -> Any:
    from tests.handlers.shop import SHOP

    return SHOP.shop.opening


@pytest.mark.parametrize(
    ("text", "due"), [("12.1", "12-01 22:00"), ("11-25", "11-25 22:00"), ("1/5", "01-05 22:00"), ("2.30", "")]
)
def test_a_bare_date(settings: Settings, text: str, due: str) -> None:
    at = due_in(text, NINE, settings.shop.opening, bare_dates=True).at
    assert (f"{at.astimezone(settings.shop.zone):%m-%d %H:%M}" if at else "") == due


# --- opening and listing -----------------------------------------------------------------------


def test_none_are_open(counter: Counter, xiaoli: int) -> None:
    assert counter.say("投诉") == "现在没有没处理完的投诉。听到一件就打：投诉 名 怎么了"


def test_the_seller_puts_one_on_record(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 玫瑰面霜 129")
    told = counter.say("投诉 小丽 面霜瓶子碎了，电话里说的").splitlines()
    assert told[0] == "记下了：投诉 1（小丽，面霜瓶子碎了），订单 20261121-1 玫瑰面霜。没跟他说什么。"
    assert "投诉 1 道歉" in told[-1]
    assert texts(counter) == []
    (row,) = counter.rows(ComplaintRow)
    assert (row.source, row.product, row.order_number) == ("店主", "玫瑰面霜", "20261121-1")
    assert (row.matter, row.step, row.words) == ("玫瑰面霜", 1, "面霜瓶子碎了，电话里说的")
    assert [(t.rule, t.occasion) for t in counter.rows(TimerRow)] == [("complaint", "1")]
    assert "投诉过" in [t.name for t in counter.customer(xiaoli).tags]


def test_the_numbers_go_on(counter: Counter, xiaoli: int) -> None:
    assert complain(counter, xiaoli, product="玫瑰面霜", matter="玫瑰面霜") == 1
    assert "记下了：投诉 2（" in counter.say("投诉 小丽 洗面奶泵头压不出来")
    assert complain(counter, xiaoli) == 3


def test_more_of_the_same_matter_goes_into_it(counter: Counter, xiaoli: int) -> None:
    number = complain(counter, xiaoli, product="玫瑰面霜", matter="玫瑰面霜")
    assert counter.say("投诉 小丽 说箱子里没有泡沫").startswith("记进投诉 1（小丽")
    one = open_one(counter, number)
    assert one.words == f"{BROKEN}\n说箱子里没有泡沫"
    assert (one.moves[-1].signal, one.moves[-1].actor) == (Signal.HEARD, "老板")


def test_a_red_line_stops_the_bot(counter: Counter, xiaoli: int) -> None:
    assert "全停了" in counter.say("投诉 小丽 孩子误食了面霜在急诊", **STAFF)
    assert counter.customer(xiaoli).red_line_at == counter.now
    assert open_one(counter, 1).urgency == "红线"


@pytest.mark.parametrize(
    ("role", "words", "told"),
    [
        ("staff", "孩子误食了面霜在急诊", True),
        ("staff", "第三次了还没退，要给差评", True),
        ("staff", "面霜瓶子碎了", False),
        ("owner", "孩子误食了面霜在急诊", False),
    ],
)
def test_the_owner_hears_of_what_is_his_to_decide(
    counter: Counter, xiaoli: int, role: str, words: str, told: bool
) -> None:
    with counter.database.transaction() as connection:
        desk = Desk(connection, counter.settings, counter.now, seller="小王", role=role)
        effects = opened(desk, desk.customer("小丽"), words)
    alerts = [effect for effect in effects if isinstance(effect, NotifySeller)]
    assert [(a.owner_only, "投诉 1" in a.text) for a in alerts] == ([(True, True)] if told else [])


def test_the_most_urgent_first_then_by_deadline(counter: Counter, xiaoli: int) -> None:
    bob = counter.buyer("bob", name="小博")
    complain(counter, xiaoli, urgency="普通")
    counter.wait(minutes=5)
    complain(counter, bob, "泵头压不出来", urgency="普通", product="洁面乳")
    complain(counter, bob, "误食了", urgency="红线")
    complain(counter, xiaoli, "第三次了还没退", urgency="关键")
    late = complain(counter, xiaoli, "少发了一瓶", urgency="普通", step=Step.APOLOGISE, rung=1)
    lines = counter.say("投诉").splitlines()
    assert lines[0] == "没处理完的投诉 5 件："
    assert [line.split()[1][:1] for line in lines[1:6]] == ["3", "4", str(late), "1", "2"]
    assert lines[1].startswith("投诉 3【红线】小博：")
    assert lines[5] == "投诉 2 小博 洁面乳：泵头压不出来，1/9 倾听，听到09:15"
    assert lines[-1] == "看一件、接着办打：投诉 3"


def test_what_is_late_says_so(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "完成")
    counter.wait(hours=3)
    assert "2/9 安抚，已经晚了2小时" in counter.say("投诉")


def test_a_wrong_number_lists_the_open_ones(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    for line in ("投诉 9", "投诉９", "投诉9道歉", "complaint 9 道歉", "投诉 99999999999999999999"):
        told = counter.say(line)
        assert told.startswith("没有"), line
        assert "投诉 1【紧急】小丽：面霜瓶子碎了" in told


def test_an_unknown_word_says_what_there_is(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    told = counter.say("投诉 1 抛光")
    assert told.startswith("“抛光”没看懂。投诉 1 后面能写：完成 道歉 原因")


# --- by name -----------------------------------------------------------------------------------


def test_a_name_means_the_only_open_one(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    assert counter.say("投诉 小丽").startswith("投诉 1 小丽：面霜瓶子碎了")
    assert "对不起" in counter.say("投诉 小丽 道歉")
    assert open_one(counter, 1).step is Step.ANALYSE


def test_a_name_with_several_is_a_choice(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    complain(counter, xiaoli, "少发了一瓶")
    told = counter.say("投诉 小丽 道歉")
    assert told.splitlines()[1:] == [
        "1 投诉 1（小丽，面霜瓶子碎了） 1/9 倾听",
        "2 投诉 2（小丽，少发了一瓶） 1/9 倾听",
    ]
    assert "少发了一瓶" in counter.say("2")
    assert (open_one(counter, 1).step, open_one(counter, 2).step) == (Step.LISTEN, Step.ANALYSE)


def test_a_name_without_an_open_one(counter: Counter, xiaoli: int) -> None:
    told = "小丽 没有没处理完的投诉。要记一件打：投诉 小丽 怎么了"
    assert counter.say("投诉 小丽") == told
    assert counter.say("投诉 小丽 道歉") == told
    complain(counter, xiaoli)
    counter.say("投诉 1 结束 买家自己撤了")
    assert "以前的：投诉 1（提前结束）。" in counter.say("投诉 小丽")
    assert "没有找到“没人”" in counter.say("投诉 没人 瓶子碎了")


def test_a_name_of_several_words(counter: Counter) -> None:
    amy = counter.buyer("amy", name="Amy Li")
    assert "记下了：投诉 1（Amy Li，瓶子碎了）" in counter.say("投诉 Amy Li 瓶子碎了")
    assert counter.say("投诉 Amy Li 道歉").startswith("“")
    assert open_one(counter, 1).customer_id == amy


# --- the nine steps ----------------------------------------------------------------------------


def test_the_whole_way(counter: Counter, xiaoli: int) -> None:
    """One short line a step; every message held, in the seller's name, and never the same twice."""
    complain(counter, xiaoli)
    assert "投诉 1 原因" in walk(counter, "道歉")
    assert open_one(counter, 1).apologised_at is not None
    assert "第5步 解释" in walk(counter, "原因 打包时漏放了泡沫垫。")
    assert open_one(counter, 1).cause == "打包时漏放了泡沫垫"
    assert "投诉 1 方案" in walk(counter, "好")
    told = walk(counter, "方案 补发一瓶 明天")
    assert "记下了：补发，11月22日 22:00 前办好。办好了打：投诉 1 办好" in told
    (remedy,) = open_one(counter, 1).remedies
    assert (remedy.kind, remedy.words) == (RemedyKind.RESEND, "补发一瓶")
    assert "成本记 10元" in walk(counter, "补偿 红包10元")
    one = open_one(counter, 1)
    assert (one.step, one.compensation, one.cost) == (Step.RESULT, "给您红包10元", Decimal(10))
    sent = texts(counter, Status.SENT)
    assert len(sent) == len(set(sent)) == 6
    assert [
        key in text
        for key, text in zip(
            ("对不起", "漏放了泡沫垫", "", "补发一瓶，11月22日", "红包10元", "满意"), sent, strict=True
        )
    ] == [True] * 6
    assert [row.kind for row in counter.pushed()] == [Kind.RELAY] * 5 + [Kind.COMPLAINT]
    assert {row.origin for row in counter.pushed()} == {"老板"}


def test_everything_is_held_as_long_as_the_sellers_own_words(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    told = counter.say("投诉 1 道歉")
    assert "5 秒后发给 小丽，要收回发 撤。" in told.splitlines()[0]
    (row,) = counter.pushed()
    assert (row.status, row.kind, row.due_at) == (Status.HELD, Kind.RELAY, counter.now + timedelta(seconds=5))
    assert row.key.startswith("complaint:1:1:")


def test_nothing_is_called_sent_that_waits(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    with counter.may_not_send("对方 48 小时没说话"):
        assert "现在送不出去：对方 48 小时没说话" in counter.say("投诉 1 道歉")


TYPED = (
    "投诉 {n} 道歉",
    "投诉{n}道歉",
    "投诉{wide}道歉",
    "投诉　{wide}　道歉",
    "／投诉 {n}  道歉",
    "投诉 {n}号 道歉。",
    "complaint {n} sorry",
)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def test_how_a_step_may_be_typed(counter: Counter, xiaoli: int) -> None:
    for line in TYPED:
        for who in ({}, STAFF):
            n = complain(counter, xiaoli)
            counter.say(line.format(n=n, wide=str(n).translate(WIDE)), **who)
            assert open_one(counter, n).step is Step.ANALYSE, line


REFUSED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    ((), "补偿 红包5元", "还没道歉，道歉不能跳过。打：投诉 {n} 道歉"),
    ((), "方案 退款", "还没道歉"),
    ((), "满意", "还没道歉"),
    (("道歉",), "补偿 红包5元", "先说清原因"),
    (("道歉",), "完成", "原因是什么？"),
    (("道歉",), "原因", "原因是什么？"),
    (("道歉", "原因 漏放泡沫"), "补偿 红包5元", "先定怎么办"),
    (("道歉", "原因 漏放泡沫", "解释"), "完成", "写办什么、哪天办好，打：投诉 {n} 方案 换货 明天"),
    (("道歉", "原因 漏放泡沫", "解释"), "方案 会尽快", "没看出办什么：会尽快。"),
    (("道歉", "原因 漏放泡沫", "解释"), "方案 退款 昨天", "已经过了"),
    (("道歉", "原因 漏放泡沫", "方案 退款"), "满意", "没到问满意这一步"),
    (("道歉", "原因 漏放泡沫", "方案 退款"), "补偿", "补偿什么？"),
    (TO_RESULT, "回访 都好了", "还没问他满意不满意"),
    ((), "结束", "为什么结束？"),
    ((), "改", "改成什么？"),
    ((), "办好", "没有答应了还没办的事"),
)


def test_what_a_step_refuses(counter: Counter, xiaoli: int) -> None:
    for before, line, why in REFUSED:
        n = complain(counter, xiaoli)
        walk(counter, *before, n=n)
        one, sent = open_one(counter, n), texts(counter)
        assert why.format(n=n) in counter.say(f"投诉 {n} {line}"), (before, line)
        assert open_one(counter, n) == one
        assert texts(counter) == sent


def test_own_words_go_out_as_they_are(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉 瓶子碎了是我没包好，\n对不起！", "原因 漏放泡沫", "解释 是新来的同事漏了，我教他了。")
    sent = texts(counter)
    assert (sent[0], sent[2]) == ("瓶子碎了是我没包好，\n对不起！", "是新来的同事漏了，我教他了。")


def test_the_same_words_are_not_said_twice(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "完成", "完成 我在看了")
    assert open_one(counter, 1).step is Step.APOLOGISE
    assert "同一句不说两遍" in counter.say("投诉 1 道歉 我在看了")
    walk(counter, *["道歉"] * len(counter.settings.complaints.texts.apologise))
    assert "现成的话都说过了" in counter.say("投诉 1 道歉")
    assert len(texts(counter)) == len(set(texts(counter)))


def test_a_calming_word_and_then_the_apology(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    assert "他说完了。" in walk(counter, "完成")
    assert texts(counter) == []
    walk(counter, "完成", "完成")
    assert open_one(counter, 1).step is Step.ANALYSE
    assert open_one(counter, 1).apologised_at is not None
    assert len(texts(counter)) == 2


def test_without_a_day_the_usual_one_is_said(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    told = walk(counter, "道歉", "原因 漏放泡沫", "方案 换货")
    assert "换货，11月22日 22:00 前办好（你没写哪天，按这个算）" in told
    assert "投诉 1 寄回 单号" in told


def test_no_compensation_is_asked_about_all_the_same(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 退款 今天", "完成")
    one = open_one(counter, 1)
    assert (one.step, one.compensation, one.asked_at is not None) == (Step.RESULT, "", True)
    assert "满意" in texts(counter)[-1]
    assert counter.pushed()[-1].kind == Kind.COMPLAINT


def test_words_behind_a_step_without_a_draft_are_a_note(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 退款 今天")
    assert "“他说不用补”记在经过里，没发给他。" in walk(counter, "完成 他说不用补")
    assert not any("他说不用补" in text for text in texts(counter))
    assert "他说不用补" in counter.say("投诉 1")


@pytest.mark.parametrize(
    ("who", "line", "told"),
    [
        (STAFF, "补偿 红包60", "你一件投诉最多补 50元。没有发。要给就请店主打：投诉 1 补偿 红包60"),
        (STAFF, "补偿 红包600", "再多店主也给不了"),
        ({}, "补偿 红包600", "一件投诉最多补 500元"),
    ],
)
def test_who_may_give_how_much(
    counter: Counter, xiaoli: int, who: dict[str, str], line: str, told: str
) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 退款 今天")
    before = texts(counter)
    assert told in counter.say(f"投诉 1 {line}", **who)
    assert texts(counter) == before
    assert "成本记 60元" in counter.say("投诉 1 补偿 红包60")


def test_several_compensations_count_together(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    assert "已经给了 10元" in counter.say("投诉 1 补偿 红包45", **STAFF)
    assert "没写花多少" in walk(counter, "补偿 送一支护手霜")
    one = open_one(counter, 1)
    assert (one.compensation, one.cost) == ("给您红包10元；送一支护手霜", Decimal(10))


def test_satisfied_leads_to_the_follow_up(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    before = texts(counter)
    assert "第9步 回访，11月26日 09:00回访" in walk(counter, "满意 电话里说可以")
    one = open_one(counter, 1)
    assert (one.step, one.satisfied, one.words.splitlines()[-1]) == (Step.FOLLOW_UP, True, "电话里说可以")
    assert texts(counter) == before, "who said it on the phone was thanked there"


def test_who_spoke_here_is_thanked(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    _heard_from(counter)
    walk(counter, "满意")
    assert "谢谢您" in texts(counter)[-1]


def _heard_from(counter: Counter) -> None:
    from sqlalchemy import update
    from sqlmodel import col

    with counter.database.transaction() as connection:
        here = update(ContactRow).where(col(ContactRow.external_id) == "alice")
        connection.execute(here.values(message_at=counter.now))


def test_unsatisfied_leads_back_to_the_final_offer(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    before = texts(counter)
    told = walk(counter, "不满意 等不了")
    assert "最后的方案" in told
    assert texts(counter) == before
    walk(counter, "方案 退款 今天")
    assert texts(counter)[-1].startswith("小丽，上回那样您不满意")
    walk(counter, "完成")
    assert len(texts(counter)) == len(set(texts(counter)))
    assert open_one(counter, 1).step is Step.RESULT


def test_done_at_the_question_claims_nothing(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    assert "没说满意" in walk(counter, "完成")
    assert open_one(counter, 1).satisfied is None
    walk(counter, "完成")
    assert counter.rows(ComplaintRow)[0].ending == Ending.ENDED


FOLLOWED_UP = (
    (True, "回访 都好了，谢谢", Ending.RECOVERED, Step.CLOSED),
    (True, "满意", Ending.RECOVERED, Step.CLOSED),
    (True, "完成", Ending.RECOVERED, Step.CLOSED),
    (False, "回访 都好了，很满意", Ending.RECOVERED, Step.CLOSED),
    (True, "回访 还是漏，不满意", "", Step.LISTEN),
    (True, "不满意", "", Step.LISTEN),
    (True, "回访 没人接", "", Step.FOLLOW_UP),
    (False, "回访 打过电话了", "", Step.FOLLOW_UP),
)


def test_the_follow_up(counter: Counter) -> None:
    for satisfied, line, ending, step in FOLLOWED_UP:
        buyer = counter.buyer(f"b{next(counter.numbers)}", name="小丽")
        n = complain(counter, buyer)
        walk(counter, *TO_RESULT, "满意" if satisfied else "完成", n=n)
        told = walk(counter, line, n=n)
        row = counter.rows(ComplaintRow)[-1]
        assert (row.ending, row.step) == (ending, step), line
        won = "挽回成功" in [t.name for t in counter.customer(buyer).tags]
        assert won == (ending == Ending.RECOVERED) == ("结束了：挽回成功" in told)
        assert row.round == (2 if step is Step.LISTEN else 1)


def test_an_early_end_needs_a_reason_and_tells_nobody(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 退款 明天")
    told = walk(counter, "结束 买家自己撤了")
    assert "没跟 小丽 说什么。" in told
    assert "答应过的还记着（退款）" in told
    assert counter.rows(ComplaintRow)[0].ending == Ending.ENDED
    assert "已经结束了（提前结束）" in counter.say("投诉 1 道歉")
    assert "退款 办好了" in counter.say("投诉 1 办好")
    assert counter.rows(TimerRow) == []


# --- what was promised -------------------------------------------------------------------------


def test_a_remedy_is_put_off_and_done(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 换货 明天")
    told = counter.say("投诉 1 改期 12.1")
    assert "改了：换货 12月1日 22:00 前办好（原来 11月22日 22:00）。" in told
    (timer,) = [t for t in counter.rows(TimerRow) if t.rule == "remedy"]
    assert timer.due_at == open_one(counter, 1).remedies[0].due_at
    assert "已经过了" in counter.say("投诉 1 改期 昨天")
    assert "改到哪天？" in counter.say("投诉 1 改期")
    assert "寄回的是 顺丰 SF1234567890123" in counter.say("投诉1寄回 顺丰SF1234567890123")
    assert counter.rows(RemedyRow)[0].back_no == "顺丰 SF1234567890123"
    assert "换货 办好了。答应的都办好了。" in counter.say("投诉 1 办好")
    assert [t.rule for t in counter.rows(TimerRow)] == ["complaint"]


def test_which_of_several_remedies(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 补发一瓶 明天", "方案 退差价 今天")
    told = counter.say("投诉 1 办好")
    assert told.startswith("是哪一样？补发一瓶（11月22日 22:00）、退差价（11月21日 22:00）")
    assert "还有没办的：补发一瓶" in counter.say("投诉 1 办好 退差价")
    assert "没有要寄回的东西" in counter.say("投诉 1 寄回 SF1234567890123")


PARCELS = (
    ("SF1234567890123", "顺丰 SF1234567890123"),
    ("顺丰 SF1234567890123", "顺丰 SF1234567890123"),
    ("123456789012 中通", "中通 123456789012"),
    ("ｓｆ１２３４５６７８９０１２３", "顺丰 SF1234567890123"),
)


def test_the_parcel_that_comes_back(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.write(PromiseRemedy(1, xiaoli, RemedyKind.RETURN, "退货", counter.now + timedelta(days=3)))
    for typed, kept in PARCELS:
        counter.say(f"投诉 1 寄回 {typed}")
        assert counter.rows(RemedyRow)[0].back_no == kept
    assert "不像快递单号" in counter.say("投诉 1 寄回 12")


# --- the story ---------------------------------------------------------------------------------


def test_the_whole_story(counter: Counter, xiaoli: int) -> None:
    counter.say("订单 小丽 玫瑰面霜 129")
    complain(counter, xiaoli, product="玫瑰面霜", order_number="20261121-1", evidence=1)
    counter.wait(minutes=1)
    walk(counter, "道歉", "原因 漏放泡沫", "解释", "方案 换货 明天", "寄回 SF1234567890123")
    counter.say("投诉 1 补偿 红包10元")
    told = counter.say("投诉 1").splitlines()
    assert told[:4] == [
        "投诉 1 小丽：面霜瓶子碎了",
        "订单 20261121-1 玫瑰面霜 129元",
        "09:00 开，紧急，买家说的，证据 1 样",
        f"他说：{BROKEN}",
    ]
    whole = "\n".join(told)
    assert "09:01 老板 道歉 → 4/9 原因" in told
    assert "（11月21日 09:01 已送出）" in whole
    assert "（5 秒后发出，要收回发 撤）" in whole
    assert "原因：漏放泡沫" in told
    assert "换货：换货，11月22日 22:00 前，还没办，寄回 顺丰 SF1234567890123。办好打：投诉 1 办好" in told
    assert "补偿：给您红包10元（成本 10元）" in told
    assert told[-2].startswith("第8步 问满意")


def test_the_story_of_a_closed_one(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT, "满意", "满意 都好了")
    told = counter.say("投诉 1").splitlines()
    assert told[-1] == "11月21日 09:00 结束：挽回成功"
    assert "问下来：满意" in told
    assert any(line.endswith("老板 满意：都好了 → 结束") for line in told)


def test_a_long_story_keeps_its_end(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli, product="玫瑰面霜", matter="玫瑰面霜")
    for n in range(25):
        counter.say(f"投诉 小丽 面霜又说了第{n}句")
    told = counter.say("投诉 1")
    assert "（前面还有 6 条）" in told
    assert "第24句" in told


# --- 撤 ----------------------------------------------------------------------------------------


def test_taken_back_the_apology_counts_as_not_made(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.say("投诉 1 道歉")
    told = counter.say("撤").splitlines()
    assert told[0].startswith("撤回了，没有发：给 小丽 的回复“")
    assert told[1] == "投诉 1 退回 1/9 倾听，这一步不算。"
    one = open_one(counter, 1)
    assert (one.step, one.apologised_at) == (Step.LISTEN, None)
    assert one.moves[-1].signal is Signal.TAKEN_BACK
    assert [row.status for row in counter.pushed()] == [Status.DROPPED]
    assert "还没道歉" in counter.say("投诉 1 原因 漏放泡沫")
    assert "撤回了，没发" in counter.say("投诉 1")


def test_what_was_taken_back_may_be_said_again(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.say("投诉 1 道歉")
    counter.say("撤")
    counter.say("投诉 1 道歉")
    first, second = counter.pushed()
    assert first.text == second.text
    assert second.status == Status.HELD


def test_taken_back_the_compensation_and_the_question(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT[:-1])
    counter.say("投诉 1 补偿 红包10元")
    told = counter.say("撤")
    assert told.count("撤回了，没有发") == 2
    assert "退回 7/9 补偿" in told
    one = open_one(counter, 1)
    assert (one.step, one.compensation, one.cost, one.asked_at) == (Step.COMPENSATE, "", None, None)
    assert [row.status for row in counter.pushed()][-2:] == [Status.DROPPED] * 2


def test_taken_back_one_of_two_compensations(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT[:-1], "补偿 送一支护手霜 成本15")
    counter.say("投诉 1 补偿 红包10元")
    assert open_one(counter, 1).cost == Decimal(25)
    counter.say("撤")
    one = open_one(counter, 1)
    assert (one.step, one.compensation, one.cost) == (Step.RESULT, "送一支护手霜", Decimal(15))


def test_taken_back_the_remedy_is_none(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT[:3])
    counter.say("投诉 1 方案 退款 明天")
    assert len(counter.rows(RemedyRow)) == 1
    assert "退回 6/9 方案" in counter.say("撤")
    assert counter.rows(RemedyRow) == []
    assert [t.rule for t in counter.rows(TimerRow)] == ["complaint"]


def test_taken_back_a_second_apology_leaves_the_first(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉")
    first = open_one(counter, 1).apologised_at
    counter.say("投诉 1 道歉")
    counter.say("撤")
    one = open_one(counter, 1)
    assert (one.step, one.apologised_at) == (Step.ANALYSE, first)


def test_taken_back_while_it_waits_for_its_window(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.say("投诉 1 道歉")
    counter.settle(counter.pushed()[0].id, Status.PARKED, reason="窗口关了")
    counter.wait(hours=5)
    counter.say("投诉 小丽 又打来电话")  # heard meanwhile, the step is the same
    assert "退回 1/9 倾听" in counter.say("撤")
    assert open_one(counter, 1).apologised_at is None


def test_what_the_steps_have_passed_is_not_taken_back(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.say("投诉 1 道歉")
    counter.wait(seconds=1)
    counter.say("投诉 1 原因 漏放泡沫", **STAFF)
    told = counter.say("撤")
    assert "投诉 1 后来又走了一步，还在 5/9 解释。" in told
    assert open_one(counter, 1).step is Step.EXPLAIN


def test_what_has_gone_moves_nothing_back(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, "道歉")
    assert "撤不了了" in counter.say("撤")
    assert open_one(counter, 1).step is Step.ANALYSE


def test_thanks_taken_back_leave_the_question_open(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT)
    _heard_from(counter)
    counter.say("投诉 1 满意")
    assert "退回 8/9 问满意" in counter.say("撤")
    assert open_one(counter, 1).satisfied is None


def test_what_was_promised_in_words_taken_back_is_no_promise(counter: Counter, xiaoli: int) -> None:
    counter.say("回 小丽 明天给您答复")
    send_all(counter)
    counter.wait(minutes=1)
    counter.say("回 小丽 改成今晚给您答复")
    (moved_to,) = counter.customer(xiaoli).promises
    counter.say("撤")
    (promise,) = counter.customer(xiaoli).promises
    assert promise.words == "明天给您答复" != moved_to.words


# --- 改 ----------------------------------------------------------------------------------------


def alert(counter: Counter, text: str, seller: str = "seller") -> None:
    """The seller has been told this."""
    from storage import load

    with counter.database.transaction() as connection:
        home = load.ensure_contacts(connection, [], [("sandbox", seller)], counter.now)[("sandbox", seller)]
    row = {"contact_id": home.id, "kind": Kind.ALERT, "text": text, "status": Status.SENT}
    counter.put(OutboxRow, **row, due_at=counter.now, created_at=counter.now)


def test_own_words_instead_of_the_draft_in_the_alert(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    alert(counter, "小丽 投诉（紧急）：打 投诉 12315 都没用\n发这句打：投诉 1 道歉\n不是投诉就打：不是投诉")
    assert counter.say("改 小丽对不起，是我没包好").startswith("“小丽对不起，是我没包好” 5 秒后")
    assert open_one(counter, 1).step is Step.ANALYSE
    assert texts(counter) == ["小丽对不起，是我没包好"]


def test_of_several_alerts_at_once_one_is_chosen(counter: Counter, xiaoli: int) -> None:
    bob = counter.buyer("bob", name="小博")
    complain(counter, xiaoli)
    complain(counter, bob, "泵头压不出来")
    alert(counter, "打：投诉 1 道歉")
    counter.wait(minutes=2)
    alert(counter, "打：投诉 2 道歉")
    told = counter.say("改 对不起，是我没包好")
    assert told.splitlines()[1].startswith("1 投诉 2（小博")
    counter.say("2")
    assert (open_one(counter, 1).step, open_one(counter, 2).step) == (Step.ANALYSE, Step.LISTEN)
    counter.wait(minutes=20)
    alert(counter, "打：投诉 2 道歉")
    counter.say("改 对不起，我马上看")
    assert open_one(counter, 2).step is Step.ANALYSE


def test_no_alert_to_answer(counter: Counter, xiaoli: int) -> None:
    nothing = "这一天没有提醒过你哪件投诉。改草稿打：投诉 号 改 你的话"
    assert counter.say("改 对不起") == nothing
    complain(counter, xiaoli)
    alert(counter, "打：投诉 1 道歉")
    assert "投诉 1 改 你的话" in counter.say("改 1 对不起")
    assert texts(counter) == []
    counter.wait(days=1, seconds=1)
    assert counter.say("改 对不起") == nothing


OWN_WORDS: tuple[tuple[tuple[str, ...], str, Step], ...] = (
    (("完成",), "我看到了，这事我盯着", Step.APOLOGISE),
    (("完成",), "真对不起，是我没包好", Step.ANALYSE),
    (("完成", "完成"), "这回是我的错", Step.ANALYSE),
    (("道歉",), "我查了，是漏放了泡沫", Step.EXPLAIN),
    (TO_RESULT[:2], "责任在我", Step.ACT),
    (TO_RESULT[:3], "我明天给您补发一瓶", Step.COMPENSATE),
    (TO_RESULT[:4], "这样处理您看行不行", Step.RESULT),
)


def test_a_step_in_own_words(counter: Counter, xiaoli: int) -> None:
    for before, text, step in OWN_WORDS:
        n = complain(counter, xiaoli)
        walk(counter, *before, f"改 {text}", n=n)
        assert open_one(counter, n).step is step, text
        assert texts(counter)[-1] == text


def test_what_cannot_be_said_in_own_words(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    walk(counter, *TO_RESULT[:4])
    assert "补偿要记上花了多少" in counter.say("投诉 1 改 给您转10元红包")
    walk(counter, "完成")
    assert "要跟他说话打：回 小丽 还好吗" in counter.say("投诉 1 改 还好吗")


# --- 不是投诉 ----------------------------------------------------------------------------------


def opened_by_a_message(counter: Counter, **columns: Any) -> str:
    """小丽's message has opened complaint 1, and the seller was told of it."""
    message = said(counter, "alice", BROKEN, **READ | columns)
    alerted(counter, message, about="complaint")
    complain(counter, counter.customer(1).id)
    row = next(r for r in counter.rows(MessageRow) if r.message_id == message)
    from sqlalchemy import update
    from sqlmodel import col

    with counter.database.transaction() as connection:
        opening = update(ComplaintMoveRow).where(col(ComplaintMoveRow.complaint_id) == 1)
        connection.execute(opening.values(message_id=row.id))
    return message


@pytest.mark.parametrize("intent", ["logistics", "complaint"])
def test_a_complaint_that_was_none_is_closed(counter: Counter, xiaoli: int, intent: str) -> None:
    opened_by_a_message(counter, intent=intent, complaint=0.9)
    counter.write(SetFields(xiaoli, {"red_line_at": counter.now}), AddTag(xiaoli, "投诉过", "bot"))  # type: ignore[arg-type]
    told = counter.say("不是投诉")
    assert "投诉 1 结束了：不是投诉。" in told
    assert counter.rows(ComplaintRow)[0].ending == Ending.MISREAD
    assert counter.customer(xiaoli).complaints == ()
    assert counter.rows(TagRow) == []
    assert texts(counter) == []
    assert examples(counter) == ([(BROKEN, "logistics", False)] if intent == "logistics" else [])


def test_another_word_in_place_of_the_complaint_closes_it_too(counter: Counter, xiaoli: int) -> None:
    opened_by_a_message(counter, intent="complaint", complaint=0.9)
    told = counter.say("是咨询")
    assert "记下了：小丽" in told
    assert "投诉 1 结束了：不是投诉。" in told


def test_a_red_line_that_was_none_ends(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli, urgency="红线")
    counter.write(SetFields(xiaoli, {"red_line_at": counter.now}))
    counter.write(PromiseRemedy(1, xiaoli, RemedyKind.REFUND, "退款", counter.now + timedelta(days=1)))
    assert "红线解除" in counter.say("投诉 1 不是投诉")
    assert counter.customer(xiaoli).red_line_at is None
    assert (counter.rows(RemedyRow), counter.rows(TimerRow)) == ([], [])


def test_words_in_pieces_are_known_by_their_beginning(counter: Counter, xiaoli: int) -> None:
    alerted(counter, said(counter, "alice", BROKEN, **READ | {"complaint": 0.9}), about="complaint")
    complain(counter, xiaoli)
    counter.say("不是投诉")
    assert counter.rows(ComplaintRow)[0].ending == Ending.MISREAD


def test_another_message_of_the_buyer_closes_nothing(counter: Counter, xiaoli: int) -> None:
    complain(counter, xiaoli)
    counter.wait(minutes=1)
    alerted(counter, said(counter, "alice", "到哪了", **READ | {"complaint": 0.9}))
    counter.say("不是投诉")
    assert counter.rows(ComplaintRow)[0].ending == ""


# --- the card, and the figures -----------------------------------------------------------------


def test_the_card_shows_what_is_open(counter: Counter, xiaoli: int) -> None:
    from bot.core.effects import AskedSeller, MakePromise

    complain(counter, xiaoli, product="玫瑰面霜")
    later = counter.now + timedelta(hours=5)
    counter.write(
        AskedSeller(xiaoli, "普通", "包邮吗", later),
        MakePromise(xiaoli, "答复", "今天给您答复", "老板", later, later),
        SetFields(xiaoli, {"red_line_at": counter.now}),
    )
    counter.wait(hours=2)
    told = counter.say("客户 小丽").splitlines()
    assert "投诉 1【紧急】玫瑰面霜：面霜瓶子碎了，1/9 倾听，已经晚了1小时" in told
    assert "等你回：“包邮吗”，2 小时前问的。回 小丽 文字" in told
    assert "答应过：“今天给您答复”，11月21日 14:00 前" in told
    assert any("碰了红线" in line and "交还 小丽" in line for line in told)


def test_no_figures_without_complaints(counter: Counter) -> None:
    assert counter.say("投诉 统计") == "最近 90 天没有投诉。"


def test_the_figures(counter: Counter, xiaoli: int) -> None:
    bob, old = counter.buyer("bob", name="小博"), counter.buyer("old", name="老王")
    complain(counter, old)
    counter.say("投诉 1 结束 太久")
    counter.wait(days=100)
    complain(counter, xiaoli, product="玫瑰面霜")
    counter.wait(hours=2)
    walk(counter, "道歉", "原因 漏放泡沫", "方案 退款 今天", "完成", "满意", "满意", n=2)
    complain(counter, bob, "泵头压不出来", product="洁面乳")
    counter.say("投诉 3 结束 买家不理")
    complain(counter, bob, "到哪了")
    counter.say("投诉 4 不是投诉")
    complain(counter, bob)
    counter.wait(days=1)
    counter.write(RecordOrder(xiaoli, "x-1", (OrderItem("面膜", 1, Decimal(59)),), OrderStatus.PAID))
    counter.write(RecordOrder(bob, "x-2", (OrderItem("面膜", 1, Decimal(59)),), OrderStatus.CANCELLED))
    assert counter.say("投诉 统计").splitlines() == [
        "最近 90 天投诉 3 件（另有 1 件不是投诉），还开着 1 件",
        "哪样：玫瑰面霜 1，洁面乳 1，没说哪样 1",
        "怎么了：面霜瓶子碎了 2，泵头压不出来 1",
        "查到的原因：漏放泡沫 1",
        "结果：挽回成功 1，提前结束 1",
        "多快（中位数）：到道歉 2 小时，到结束 1 小时",
        "结束后又下单：挽回成功的 1 人里 1 人（100%），别的 1 人里 0 人（0%）",
    ]


def test_a_step_word_alone_is_for_the_one_open_complaint(counter: Counter, xiaoli: int) -> None:
    assert "没看懂" in counter.say("道歉")
    number = complain(counter, xiaoli)
    counter.say("道歉 是我没包好，对不起")
    assert texts(counter)[-1] == "是我没包好，对不起"
    assert open_one(counter, number).step is Step.ANALYSE
    counter.say("原因 路上摔了")
    assert open_one(counter, number).cause == "路上摔了"


def test_a_step_word_alone_asks_in_which_of_several(counter: Counter, xiaoli: int) -> None:
    first, second = complain(counter, xiaoli), complain(counter, counter.buyer("xiaoming"))
    assert "是哪一件" in counter.say("道歉")
    counter.say("2")
    assert open_one(counter, first).step is Step.LISTEN
    assert open_one(counter, second).step is Step.ANALYSE
