"""Marks, leases, cursors and codes, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import pulling
from storage.db import Database

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


def test_a_mark_stays_until_what_it_was_about_has_been_followed_to_the_end(database: Database) -> None:
    with database.transaction() as c:
        salt = pulling.ensure(c, "kf", NOW)
        assert pulling.claim(c, "kf", "one", NOW, anyway=False) is None
        pulling.ask(c, "kf", "T1", NOW)
        found = pulling.claim(c, "kf", "one", NOW, anyway=False)
        assert found == pulling.Position("", "T1", NOW, 1, True, NOW)
        pulling.ask(c, "kf", "T2", LATER)
        moved = pulling.advance(c, "kf", "one", "cursor_1", LATER, seen=found.asked)
        assert moved == pulling.Position("cursor_1", "T2", LATER, 2, True, NOW)
        done = pulling.advance(c, "kf", "one", "cursor_2", LATER, seen=moved.asked)
        assert done is not None and not done.more and not pulling.has_more(c, "kf")
        assert pulling.ensure(c, "kf", LATER) == salt and len(salt) == 10


def test_one_fetches_at_a_time(database: Database) -> None:
    with database.transaction() as c:
        pulling.ask(c, "kf", "T", NOW)
        assert pulling.claim(c, "kf", "one", NOW, anyway=False) is not None
        assert pulling.claim(c, "kf", "two", LATER, anyway=True) is None
        assert pulling.claim(c, "kf", "one", LATER, anyway=False) is not None
        after = LATER + pulling.LEASE
        assert pulling.claim(c, "kf", "two", after, anyway=False) is not None
        assert pulling.advance(c, "kf", "one", "cursor_1", after, seen=None) is None
        pulling.free(c, "kf", "one")
        assert pulling.claim(c, "kf", "one", after, anyway=False) is None
        pulling.free(c, "kf")
        assert pulling.claim(c, "kf", "one", after, anyway=False) is not None


def test_a_code_is_good_for_its_time_and_the_newest_counts(database: Database) -> None:
    with database.transaction() as c:
        pulling.keep_code(c, "kf", "wm1", "A", LATER)
        pulling.keep_code(c, "kf", "wm1", "B", LATER)
        pulling.keep_code(c, "kf", "wm2", "C", LATER)
        assert pulling.code_for(c, "kf", "wm1", NOW) == "B"
        assert pulling.code_for(c, "kf", "wm1", LATER) == "" == pulling.code_for(c, "oa", "wm1", NOW)
        pulling.forget_code(c, "kf", "wm1", NOW)
        assert pulling.code_for(c, "kf", "wm1", NOW) == "" and pulling.code_for(c, "kf", "wm2", NOW) == "C"
        pulling.forget_code(c, "kf", "wm1", LATER)
        assert not c.exec_driver_sql("SELECT * FROM welcome").all()
