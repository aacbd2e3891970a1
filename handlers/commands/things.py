"""What the morning list is made of: one thing each that waits for the seller."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.customer import Customer
from handlers.commands.phrases import short
from storage.queries.tasks import Task


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that waits. line: for the list. send, edit: what 发 and 改 stand for, typed; empty: not so.

    chosen: what has been chosen for these lines already. task: its key, if it is one.
    """

    kind: str
    ref: str
    customer_id: int
    line: str
    send: str = ""
    edit: str = ""
    done: str = ""
    chosen: tuple[tuple[str, int], ...] = ()
    task: str = ""
    outbox_id: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is, however often it is listed."""
        return self.kind, self.ref


def of_task(task: Task, who: Customer, *, call: bool = False) -> Thing:
    """Something that was left to the seller, with its words if they can be sent."""
    why = f"（{task.why}）" if task.why else ""
    line = f"{'打电话，' if call else ''}{task.about} {short(who.called)}{why}：{short(task.draft, 60)}"
    reply = f"回 #{who.id}" if who.contact.is_somewhere else ""
    send = f"{reply} {task.draft}" if reply and task.draft else ""
    return Thing("task", task.key, who.id, line, send, reply, task=task.key, outbox_id=task.outbox_id)
