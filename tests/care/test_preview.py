"""`huitouke preview` and what then really happens agree message by message, if nobody writes in between."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from bot.core.care_settings import CareLimits
from bot.core.delivery import Capability, Kind
from bot.core.effects import Push
from bot.core.settings import Settings
from bot.preview import foresee
from handlers.brain import Brain
from handlers.understanding import Reader
from storage.db import Database
from storage.rows import OutboxRow
from tests.care.shop import LivingShop, at, only
from tests.program import huitouke
from tests.shop import copy_config, running


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
        asked = huitouke("preview", "--json", "--config", config)
        foreseen = [
            (push["at"][:16], push["text"])
            for push in json.loads(asked.stdout)["pushes"]
            if push["decision"] == "send"
        ]
        before = len(shop.phone("alice"))
        assert "天里会发" in shop.say("seller", "预览 30")[0]
        assert len(shop.phone("alice")) == before, "a preview sends nothing"
        shop.advance("30d")
        happened = [(m["at"][:16], m["text"]) for m in shop.phone("alice")[before:]]
    assert foreseen == happened and any("生日快乐" in text for _, text in happened)


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
