"""Who writes without end does not keep others from writing."""

from __future__ import annotations

import threading

from storage.db import Database, let_others_write
from storage.state import write_state


def test_who_waits_gets_a_turn_between_two_of_many_transactions(sqlite_url: str) -> None:
    many, one = Database(sqlite_url), Database(sqlite_url)
    begun, over = threading.Event(), threading.Event()
    turns = 0

    def write_on() -> None:
        nonlocal turns
        while not over.is_set():
            with many.transaction() as connection:
                begun.set()
                for number in range(300):
                    write_state(connection, "many", str(number))
            turns += 1
            let_others_write()

    greedy = threading.Thread(target=write_on)
    greedy.start()
    begun.wait()
    before = turns
    for _ in range(3):
        with one.transaction() as connection:
            write_state(connection, "one", "1")
    waited = turns - before
    over.set()
    greedy.join()
    assert waited <= 9  # SQLite's own way of waiting lets ten pass, or a hundred
    for database in (many, one):
        database.close()
