"""Things of which an import or a connected shop may bring hundreds: a few at a time, behind the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from handlers.commands.desk import Desk
from handlers.commands.notices import BY_HAND
from handlers.commands.phrases import short
from handlers.commands.things import Thing, of_task
from storage.alike import ALIKE, pair_of
from storage.queries import tasks

ABOUT: Final = (BY_HAND, ALIKE)
AT_ONCE: Final = 3
"""Of each kind."""
_MORE: Final = {BY_HAND: "还有 {} 个包裹要你自己告诉买家", ALIKE: "还有 {} 对像同一个人的"}


def things(desk: Desk) -> Iterator[Thing]:
    """Who is to be told of a parcel by the seller, and who may be one person."""
    for about in ABOUT:
        found = tasks.about(desk.connection, desk.now, about, AT_ONCE)
        people = {one.id: one for one in desk.customers([task.customer_id for task in found])}
        for task in found:
            if (who := people.get(task.customer_id)) is None:
                continue
            yield of_task(task, who) if about == BY_HAND else _pair(task, short(who.called))


def _pair(task: tasks.Task, called: str) -> Thing:
    first, last = pair_of(task.key)
    merge = f"合并 #{first} #{last}"
    line = f"{called}：{task.why}，是一个人就打 {merge}"
    return Thing("task", task.key, task.customer_id, line, merge, task=task.key)


def how_many(desk: Desk) -> Iterator[str]:
    """What is left of each kind behind those that are listed."""
    for about, words in _MORE.items():
        if (left := tasks.how_many(desk.connection, desk.now, about) - AT_ONCE) > 0:
            yield f"{words.format(left)}，办掉上面的再打 今日"
