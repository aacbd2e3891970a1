"""One person, by the command line: found by name, erased for good."""

from __future__ import annotations

from bot.core.customer import Customer
from bot.core.effects import Audit, ErasePerson
from bot.core.settings import Settings
from bot.exporting import reading
from bot.importing import shop_now
from storage.db import Database
from storage.exporting import people_named
from storage.load import lock_people
from storage.writers import Origin, Surroundings, write_effects

COMMAND_LINE = "命令行"
"""Who did it, in the record of what was done."""


class NotOne(Exception):
    """A name that fits nobody (`people` is empty) or several; the text is for the seller."""

    def __init__(self, text: str, people: tuple[Customer, ...] = ()) -> None:
        super().__init__(text)
        self.people = people


def one_person(settings: Settings, name: str) -> Customer:
    """The one customer whose name, nickname, phone, platform id or #number this is; else NotOne."""
    with reading(settings) as connection:
        people, exact = people_named(connection, name)
    if exact and len(people) == 1:
        return people[0]
    if not people:
        raise NotOne(f"没有找到“{name}”。")
    listed = "\n".join(f"  {shown(one)}" for one in people)
    head = f"“{name}”有 {len(people)} 位" if exact else f"没有人正好叫“{name}”，像的有"
    raise NotOne(f"{head}，请用编号再来一次：\n{listed}", tuple(people))


def shown(one: Customer) -> str:
    """A person on one line, told apart from others of the same name."""
    home = f"{one.contact.account} {one.contact.external_id}" if one.contact.is_somewhere else ""
    told = "，".join(text for text in (one.phone, one.address, home) if text)
    return f"#{one.id} {one.called}" + (f"（{told}）" if told else "")


def erase(settings: Settings, person: Customer) -> None:
    """Everything that names this person goes; orders and what was sent stay as bare records of the shop."""
    database = Database(settings.storage.url)
    try:
        origin = Origin(shop_now(database, settings), None, Surroundings())
        with database.transaction() as connection:
            lock_people(connection, [], [person.id])
            done = Audit(COMMAND_LINE, "删除资料", f"#{person.id}", person.id)
            write_effects(connection, [(origin, ErasePerson(person.id)), (origin, done)])
    finally:
        database.close()
