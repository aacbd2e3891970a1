"""`huitouke preview` and what then really happens agree message by message, if nobody writes in between."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot.core.care_settings import CareLimits
from bot.core.delivery import Capability, Kind
from bot.core.effects import Push
from bot.core.settings import Settings
from bot.preview import foresee
from bot.web.orders import SIGNATURE, TIMESTAMP, signature
from handlers.brain import Brain
from handlers.understanding import Reader
from storage.db import Database
from storage.rows import OutboxRow
from storage.state import CLOCK_OFFSET, write_state
from tests.care.shop import LivingShop, at, only
from tests.program import huitouke
from tests.shop import DATABASE, RunningShop, copy_config, running

SECRET = "s3cret-of-the-order-api"


def test_the_preview_is_what_happens(tmp_path: Path) -> None:
    config = copy_config(tmp_path)
    with running(config) as shop:
        now = datetime.fromisoformat(shop.call("/sandbox/clock")["now"])
        born = now.date() + timedelta(days=20)
        shop.say("alice", "在吗")
        for line in (
            "订单 alice 面霜 129",
            "发货 alice 顺丰 SF1234567890123",
            "签收 alice",
            f"生日 alice {born.month}-{born.day}",
        ):
            shop.say("seller", line)
        shop.advance("1m")
        foreseen = [(push["at"][:16], push["text"]) for push in previewed(config) if goes(push)]
        before = len(shop.phone("alice"))
        assert "天里会发" in shop.say("seller", "预览 30")[0]
        assert len(shop.phone("alice")) == before, "a preview sends nothing"
        shop.advance("30d")
        happened = [(m["at"][:16], m["text"]) for m in shop.phone("alice")[before:]]
    assert foreseen == happened and any("生日快乐" in text for _, text in happened)


def test_of_two_at_one_moment_the_one_written_first_goes_in_both(tmp_path: Path, sqlite_url: str) -> None:
    config = copy_config(
        tmp_path, **{DATABASE: sqlite_url, "secret: ${HUITOUKE_API_SECRET:-}": f"secret: '{SECRET}'"}
    )
    set_clock(sqlite_url, at("2026-11-23", "10:20"))
    goods = {"product": "玫瑰面霜", "quantity": 1, "price": "2500.00"}
    with running(config) as shop:
        report(shop, "paid", total="2500.00", items=[goods])
        report(shop, "shipped")
        shop.advance("48h")
        report(shop, "signed")
        before = len(shop.phone("alice"))
        pushes = previewed(config, "--days", "35")
        shop.advance("35d")
        happened = [(m["at"][:16], m["text"]) for m in shop.phone("alice")[before:]]
    assert [(push["at"][:16], push["text"]) for push in pushes if goes(push)] == happened
    both = {p["rule"]: (p["at"][:16], p["decision"]) for p in pushes if p["rule"] in ("升等级", "用法提醒")}
    assert both == {"升等级": ("2026-11-27T10:00", "send"), "用法提醒": ("2026-11-27T10:00", "drop")}


def test_what_has_gone_out_today_counts_for_the_account(sqlite_url: str, settings: Settings) -> None:
    limits = CareLimits(monthly_cap=3, daily={"sandbox": 1})
    few = settings.model_copy(update={"limits": limits})
    one = LivingShop(Database(sqlite_url), only(few, "生日祝福"), at("2026-11-20", "09:00"))
    one.buyer("alice", birthday="11-20")
    bob = one.buyer("bob")
    assert decided(one) == ["send"]
    one.write(Push(bob, "您好", Kind.CARE, "greeted"))
    with one.database.transaction() as connection:
        connection.execute(update(OutboxRow).values(status="sent", began_at=one.now, sent_at=one.now))
    assert decided(one) == ["drop"]
    one.database.close()


def decided(one: LivingShop) -> list[str]:
    """What becomes of everything in the next day."""
    with one.database.transaction() as connection:
        brain = Brain(one.settings, Reader(one.settings))
        return [
            row.decision for row in foresee(brain, {"sandbox": Capability()}, connection, one.now, 1).rows
        ]


def previewed(config: Path, *more: str) -> list[dict[str, Any]]:
    """What `huitouke preview --json` foresees."""
    asked = huitouke("preview", "--json", "--config", config, *more)
    return list(json.loads(asked.stdout)["pushes"])


def goes(push: dict[str, Any]) -> bool:
    return bool(push["decision"] == "send")


def set_clock(url: str, now: datetime) -> None:
    """The shop wakes at this moment, on whichever day the test is run."""
    database = Database(url)
    with database.transaction() as connection:
        write_state(connection, CLOCK_OFFSET, str((now - datetime.now(UTC)).total_seconds()))
    database.close()


def report(shop: RunningShop, event: str, **order: Any) -> None:
    """The shop's system says, signed, what has become of alice's order."""
    customer = {"account": "sandbox", "external_id": "alice"}
    told = {"event": f"order.{event}", "event_id": event, "order": {"id": "T1", "customer": customer} | order}
    body = json.dumps(told).encode()
    moment = str(int(datetime.fromisoformat(shop.call("/sandbox/clock")["now"]).timestamp()))
    signed = {TIMESTAMP: moment, SIGNATURE: signature(SECRET, moment, body)}
    asked = urllib.request.Request(shop.url + "/api/orders", body, signed)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert json.load(answer) == {"status": "accepted"}
