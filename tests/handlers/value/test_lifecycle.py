"""The four kinds, the stages, bargain hunters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.value_settings import KindSettings, LifecycleSettings
from handlers.value.cycles import Cycle, label_cycle, own_cycle
from handlers.value.history import Purchase, Summary, gaps, summary
from handlers.value.kinds import Interest, Kind, bargain_hunter, judge
from handlers.value.lifecycle import Facts, Stage, agent_candidate, lost_on, retraced, stage, transition
from tests.handlers.value.shop import CYCLE, CYCLES, PURCHASES, TODAY, bought

RULES = LifecycleSettings()
SHOP = label_cycle(None, 90)
RECENT = TODAY - timedelta(days=5)
FACTS = st.builds(
    Facts,
    st.integers(0, 30),
    st.none() | st.dates(date(2015, 1, 1), date(2027, 12, 31)),
    st.integers(0, 5),
    st.booleans(),
    st.none() | CYCLES,
)


@pytest.mark.parametrize(
    ("facts", "expected", "why"),
    [
        (Facts(), "潜客", "还没买过"),
        (Facts(1, RECENT), "新客", "买了第一单"),
        (Facts(2, RECENT), "老客户", "买过 2 单"),
        (Facts(4, RECENT), "老客户", "买过 4 单"),
        (Facts(5, RECENT), "忠诚客户", "买过 5 单"),
        (Facts(2, RECENT, signs=3), "老客户", "买过 2 单"),
        (Facts(3, RECENT, signs=1), "粉丝", "买过 3 单，还夸过或介绍过 1 次"),
        (Facts(9, RECENT, signs=9), "粉丝", "买过 9 单，还夸过或介绍过 9 次"),
        (Facts(0, None, agent=True), "分销商", "店主确认的"),
        (Facts(9, date(2020, 1, 1), agent=True), "分销商", "店主确认的"),
        (Facts(1, date(2025, 11, 21)), "流失", "365 天没来"),
        (Facts(1, date(2025, 11, 22)), "新客", "买了第一单"),
        (
            Facts(4, TODAY - timedelta(days=240), cycle=CYCLE),
            "流失",
            "240 天没来，按他自己 4 次购买的间隔，约 60 天一次",
        ),
        (Facts(4, TODAY - timedelta(days=239), cycle=CYCLE), "老客户", "买过 4 单"),
        (Facts(4, TODAY - timedelta(days=240), cycle=label_cycle(60, 90)), "老客户", "买过 4 单"),
    ],
)
def test_stages(facts: Facts, expected: str, why: str) -> None:
    assert stage(facts, RULES, TODAY) == (expected, why)


def test_a_quick_habit_does_not_lose_anybody_within_months() -> None:
    weekly = replace(CYCLE, days=7.0)
    assert lost_on(Facts(9, date(2026, 1, 31), cycle=weekly), RULES) == date(2026, 7, 31)


@given(FACTS, st.sampled_from([*Stage, "", "VIP", "新客户"]), st.dates(date(2015, 1, 1), date(2028, 1, 1)))
def test_any_facts_have_one_stage_and_one_step_leads_there(facts: Facts, current: str, today: date) -> None:
    after, why = stage(facts, RULES, today)
    assert stage(facts, RULES, today) == (after, why)
    step = transition(facts, current, RULES, today)
    if step is None:
        assert after == (current if current in set(Stage) else Stage.PROSPECT)
    else:
        assert step.after is after
        assert step.day <= today
        assert step.reason
        assert transition(facts, step.after, RULES, today) is None


@given(FACTS, st.dates(date(2015, 1, 1), date(2028, 1, 1)))
def test_nobody_is_an_agent_unless_the_seller_says_so(facts: Facts, today: date) -> None:
    assert (stage(facts, RULES, today)[0] is Stage.AGENT) is facts.agent


@given(FACTS, st.integers(0, 900))
def test_once_lost_silence_alone_brings_nobody_back(facts: Facts, days: int) -> None:
    if stage(facts, RULES, TODAY)[0] is Stage.LOST:
        assert stage(facts, RULES, TODAY + timedelta(days=days))[0] is Stage.LOST


def test_loss_is_dated_by_the_silence_and_coming_back_by_the_purchase() -> None:
    lost = transition(Facts(3, date(2025, 1, 31)), Stage.REGULAR, RULES, TODAY)
    assert lost is not None
    assert (lost.before, lost.after, lost.day) == ("老客户", "流失", date(2026, 1, 31))
    back = transition(Facts(4, TODAY), lost.after, RULES, TODAY)
    assert back is not None
    assert (back.before, back.after, back.day, back.reason) == ("流失", "老客户", TODAY, "回来了，买过 4 单")


def test_a_refund_leads_back() -> None:
    step = transition(Facts(1, RECENT), Stage.REGULAR, RULES, TODAY)
    assert step is not None
    assert (step.after, step.reason) == ("新客", "退单或改了规则，现在买了第一单")
    none_left = transition(Facts(), Stage.LOST, RULES, TODAY)
    assert none_left is not None
    assert (none_left.after, none_left.reason) == ("潜客", "退款以后，还没买过")


def test_a_history_tells_its_transitions() -> None:
    days = ("2023-01-01", "2023-03-01", "2025-06-01")
    steps = retraced(bought(*days), RULES, SHOP, date(2025, 7, 1), Facts(signs=1))
    assert [(s.after, s.day.isoformat()) for s in steps] == [
        ("新客", "2023-01-01"),
        ("老客户", "2023-03-01"),
        ("流失", steps[2].day.isoformat()),
        ("粉丝", "2025-06-01"),
    ]
    assert date(2023, 9, 1) <= steps[2].day <= date(2024, 3, 1)
    assert steps[3].reason == "回来了，买过 3 单，还夸过或介绍过 1 次"


@given(PURCHASES, CYCLES)
def test_retraced_steps_hang_together_and_end_where_the_facts_are(
    history: list[Purchase], prior: Cycle
) -> None:
    steps = retraced(history, RULES, prior, TODAY)
    assert steps == retraced(history[::-1], RULES, prior, TODAY)
    assert all(one.after is two.before and one.day <= two.day for one, two in pairwise(steps))
    past = [p for p in history if p.day <= TODAY]
    now = Facts(len(past), summary(past).last, cycle=own_cycle(gaps(past), prior))
    assert (steps[-1].after if steps else Stage.PROSPECT) is stage(now, RULES, TODAY)[0]


@pytest.mark.parametrize(("orders", "signs", "asked"), [(3, 3, True), (3, 2, False), (1, 9, False)])
def test_a_fan_who_shows_it_is_proposed_as_agent(orders: int, signs: int, asked: bool) -> None:
    assert agent_candidate(Facts(orders, RECENT, signs), RULES, TODAY) is asked


@pytest.mark.parametrize(
    ("orders", "spent", "interest", "kind", "follow_up"),
    [
        (0, 0, Interest(), "观望", False),
        (0, 0, Interest(questions=1), "观望", False),
        (0, 0, Interest(questions=2), "观望", True),
        (0, 0, Interest(questions=1, dearest=Decimal(300)), "观望", True),
        (1, 100, Interest(), "散户", False),
        (9, 1999, Interest(), "散户", False),
        (1, 2000, Interest(), "大客户", True),
        (10, 200, Interest(), "大客户", True),
        (1, 50, Interest(referrals=2), "意见领袖", True),
        (1, 50, Interest(referrals=1), "散户", False),
        (20, 9000, Interest(referrals=2), "意见领袖", True),
    ],
)
def test_kinds(orders: int, spent: int, interest: Interest, kind: str, follow_up: bool) -> None:
    day = RECENT if orders else None
    judged = judge(Summary(orders, Decimal(spent), day, day), interest, KindSettings())
    assert (judged.kind, judged.follow_up) == (kind, follow_up)
    assert judged.counts_as_big is (judged.kind in (Kind.BIG, Kind.LEADER))


@pytest.mark.parametrize(
    ("discounts", "hunter"),
    [((), False), ((True, True), False), ((True,) * 3, True), ((True, True, False), False)],
)
def test_bargain_hunters(discounts: tuple[bool, ...], hunter: bool) -> None:
    history = [Purchase(RECENT, Decimal(50), discounted=d) for d in discounts]
    assert bargain_hunter(history, KindSettings()) is hunter
