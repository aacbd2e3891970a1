"""The preview leaves room for what is foreseen, from when it is foreseen on: as the ledger does."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.delivery import AccountState, Capability, Contact, Kind
from bot.core.ledger import Limits, Priority
from scheduler.preview import Bell, Intended, Listener, preview

NOON = datetime(2027, 3, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
LIMITS = Limits()
ALICE = {1: Listener("小丽", Contact(7, "oa", "a", 1), AccountState("oa", unasked_today=5))}
TALK = Intended(NOON + DAY, 1, Kind.PROMO, "活动", "来看看", expires_at=NOON + 2 * DAY)


def decided(*bells: Bell, limits: Limits = LIMITS, one: Intended = TALK) -> list[str]:
    rows = preview([one], ALICE, {"oa": Capability()}, limits, NOON, NOON + 30 * DAY, bells)
    return [row.decision for row in rows]


def bell(at: datetime, since: datetime, until: datetime | None = None) -> Bell:
    return Bell(1, at, Priority.BIRTHDAY, since, until or at)


@pytest.mark.parametrize(
    ("wound", "becomes"),
    [
        ([], "send"),
        ([bell(NOON + 2 * DAY, NOON)], "drop"),
        ([bell(NOON + 4 * DAY, NOON)], "send"),
        ([bell(NOON + 2 * DAY, NOON + 1.5 * DAY)], "send"),
        ([bell(NOON + 2 * DAY, NOON, until=NOON + 0.5 * DAY)], "send"),
        ([bell(NOON + n * DAY, NOON) for n in (10, 15, 20)], "drop"),
        ([bell(NOON + n * DAY, NOON) for n in (10, 15, 31)], "send"),
    ],
    ids=["none", "soon", "a gap away", "wound later", "taken back", "the month is theirs", "next month's"],
)
def test_room_is_left_for_bells_while_they_are_wound(wound: list[Bell], becomes: str) -> None:
    assert decided(*wound) == [becomes]


def test_what_the_account_has_sent_today_counts_today() -> None:
    limits = Limits(daily={"oa": 5})
    today = Intended(NOON, 1, Kind.PROMO, "活动", "来看看", expires_at=NOON + DAY / 3)
    assert decided(limits=limits, one=today) == ["drop"]
    assert decided(limits=limits) == ["send"]


def test_two_of_one_moment_are_weighed_together_although_neither_was_foreseen() -> None:
    lesser = Intended(NOON + DAY, 1, Kind.PROMO, "活动", "来", expires_at=NOON + 2 * DAY, known=False)
    greater = Intended(NOON + DAY, 1, Kind.CARE, "生日", "好", Priority.BIRTHDAY, known=False)
    rows = preview([lesser, greater], ALICE, {"oa": Capability()}, LIMITS, NOON, NOON + 30 * DAY)
    assert {row.text: row.decision for row in rows} == {"来": "drop", "好": "send"}
