"""What holds of entities for any text whatsoever."""

from __future__ import annotations

import time
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.entities import Entities, Scores, find_entities, moments, scores
from handlers.understanding.entities.kinds import Found
from handlers.understanding.normal import normalise
from tests.handlers import test_entities, test_entities_moments, test_entities_people, test_entities_scores

PIECES = [
    *"0123456789一二三十百半两元块点号月日年周路村区 ,，.-:/\n¥x\ue001\ud800\x00٣",
    "138 0013 8000", "13800138000", "SF1234567890123", "单号", "订单号", "快递", "123456789012", "20261121-3",
    "浙江省", "杭州", "西湖区", "文三路", "123号", "小区", "张三", "介绍的", "推荐来的", "生日", "农历", "八月十五",
    "明天", "下午", "三点", "半", "2月29号", "下个月", "31号", "后", "前", "999天", "身高", "165", "xl", "42.5",
    "便宜", "左右", "5分", "物流", "质量", "其他都好", "都", "满",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(), max_size=80), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
)
NOWS = st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")]))
ZONE = ZoneInfo("Asia/Shanghai")
LINES = [
    text
    for module in (test_entities, test_entities_people, test_entities_moments, test_entities_scores)
    for table in vars(module).values()
    if isinstance(table, list)
    for text, *_ in table
]


def _all(entities: Entities) -> list[Found]:
    return [
        f for field in fields(entities) if isinstance(v := getattr(entities, field.name), tuple) for f in v
    ]


@given(TEXTS)
@settings(max_examples=300)
def test_entities_of_any_text(text: str) -> None:
    entities = find_entities(text)
    assert entities == find_entities(text)
    assert entities.text == normalise(text)
    found = sorted(_all(entities), key=lambda f: f.start)
    for one in found:
        assert one.text == entities.text[one.start : one.end] != ""
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert len(entities.rest) == len(entities.text)
    taken = {i for f in found for i in range(f.start, f.end)}
    assert all(entities.rest[i] == c for i, c in enumerate(entities.text) if i not in taken)


@given(TEXTS, NOWS)
@settings(max_examples=300)
def test_moments_of_any_text_at_any_time(text: str, now: datetime) -> None:
    found = moments(text, now, ZONE)
    assert found == moments(text, now, ZONE)
    normal = normalise(text)
    for one in found:
        assert one.text == normal[one.start : one.end] != ""
        assert (one.day is None) == (one.lunar is not None or bool(one.name))
        assert one.at is None or (one.at.tzinfo is not None and one.at.date() == one.day)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(TEXTS)
@settings(max_examples=300)
def test_scores_of_any_text(text: str) -> None:
    found = scores(text)
    assert found == scores(text)
    if isinstance(found, Scores):
        assert found.text == normalise(text)[found.start : found.end] != ""
        assert 1 <= found.lowest <= 5


@pytest.mark.parametrize("days", range(-400, 400, 37))
def test_words_for_the_near_days_are_near(days: int) -> None:
    now = datetime(2026, 11, 18, 12, tzinfo=ZONE) + timedelta(days=days)
    for text, least, most in (
        ("周三", 0, 6),
        ("5号", 0, 31),
        ("3月5号", -60, 366),
        ("下周三", 1, 13),
        ("周三买的", -6, 0),
    ):
        (moment,) = moments(text, now, ZONE)
        assert moment.day is not None
        assert least <= (moment.day - now.date()).days <= most, text


@pytest.mark.parametrize("line", LINES)
def test_normalised_text_says_the_same(line: str) -> None:
    assert find_entities(normalise(line)) == find_entities(line)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1-",
        "一",
        "一路",
        "区",
        "a1",
        "138",
        "5 ",
        "杭州市",
        "谢谢",
        "1月",
        "年1",
        "的张三",
        "11点",
        "好的",
        "物流5分",
        "12-34-",
        "十",
        "5、",
        "0.",
        "小区1号",
        "生日1月1",
        "165 ",
        "便宜",
        "张三推荐",
        "x",
    ],
)
def test_long_texts_stay_cheap(piece: str) -> None:
    text = piece * (4000 // len(piece))
    started = time.process_time()
    find_entities(text)
    moments(text, datetime(2026, 11, 18, tzinfo=UTC), ZONE)
    scores(text)
    assert time.process_time() - started < 2
