"""One person, and what a row adds to what is known of them: empty fields are filled, nothing is overwritten.

What a row says otherwise than the record is kept beside it: names and phones by which somebody can be found
as aliases, the rest as columns of the seller's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.importing.aliases import About, Alias
from storage.importing.own_columns import TOGETHER
from storage.sheets import CustomerRecord
from storage.sheets.moments import birthday
from storage.sheets.values import phone

FIRST_STAGE = "潜客"
_SEPARATES_TAGS = re.compile(r"[,，、;；|/\s]+")
"""As a table's cell is split: a tag that contains one of these comes back in pieces."""
_BESIDE = {"address": "地址 (2)", "birthday": "生日 (2)", "tier": "等级 (2)", "stage": "阶段 (2)"}
OTHER_RECIPIENT = "别的收货信息"
"""The column in which recipients of their orders stand that are not they themselves."""


@dataclass(slots=True, eq=False)
class Person:
    """A customer as far as tables speak of them; `take` collects what is to be written.

    fields: columns of the customer's row. extra: the seller's own columns. tier: the one the shop has
    reckoned. homes: (account, external id) of the contacts. moves: how often anything was added so far.
    """

    id: int
    fields: dict[str, Any]
    is_new: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    tier: str = ""
    homes: set[tuple[str, str]] = field(default_factory=set)
    aliases: set[Alias] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    moves: int = 0
    new_tags: list[str] = field(default_factory=list)
    new_aliases: list[Alias] = field(default_factory=list)

    # --- comparing --------------------------------------------------------------------------------

    def goes_by(self, name: str) -> bool:
        """Whether this is a name of theirs."""
        return level(self.fields["name"]) == name or Alias(About.NAME, "", name) in self.aliases

    def has_phone(self, number: str) -> bool:
        """Whether this is a phone of theirs."""
        return same_phone(self.fields["phone"], number) or Alias(About.PHONE, "", number) in self.aliases

    def contradicts(self, record: CustomerRecord) -> bool:
        """Whether the row has another phone or name than they."""
        other_phone = record.phone and self.fields["phone"] and not self.has_phone(record.phone)
        other_name = record.name and self.fields["name"] and not self.goes_by(record.name)
        return bool(other_phone or other_name)

    # --- taking in --------------------------------------------------------------------------------

    def _change(self, *names: str) -> None:
        self.changed.update(names)
        self.moves += 1

    def fill(self, name: str, value: Any) -> bool:
        """Set a field that is empty; whether it is now as given."""
        known = self.fields[name]
        if value and not known:
            self.fields[name] = value
            self._change(name)
            return True
        return not value or known == value

    def alias(self, alias: Alias) -> bool:
        """Remember an alias; whether it is new."""
        if alias in self.aliases:
            return False
        self.aliases.add(alias)
        self.new_aliases.append(alias)
        if alias.about != About.ROW:  # for us alone
            self._change()
        return True

    def beside(self, header: str, text: str) -> bool:
        """Add to what stands in a column of the seller's own; whether it is new."""
        said = self.extra.get(header, "")
        if not text or _says(said, text):
            return False
        self.extra[header] = f"{said}{TOGETHER}{text}" if said else text
        self._change("extra")
        return True

    def own(self, columns: Iterable[tuple[str, str]], *, again: bool) -> None:
        """The row's own columns, its word being the newest. again: not the first row of them for them."""
        for header, text in columns:
            said = self.extra.get(header, "")
            if _says(said, text):
                continue
            if again:
                self.beside(header, text)
            else:
                self.extra[header] = text
                self._change("extra")

    def differing(self, record: CustomerRecord, platform: str) -> None:
        """Fill in who they are, and remember what the row says otherwise."""
        if not self.fill("name", record.name) and level(self.fields["name"]) != record.name:
            self.alias(Alias(About.NAME, "", record.name))
        if not self.fill("nickname", record.nickname) and level(self.fields["nickname"]) != record.nickname:
            self.alias(Alias(About.NICKNAME, platform, record.nickname))
        if (
            record.phone not in ("", self.fields["nickname"])
            and not self.has_phone(record.phone)
            and not self.fill("phone", record.phone)
        ):
            self.alias(Alias(About.PHONE, "", record.phone))
        if not self.fill("address", record.address) and not _within(record.address, self.fields["address"]):
            self.beside(_BESIDE["address"], record.address)
        self._born(record.birthday)

    def received(self, record: CustomerRecord, *, keep_phone: bool) -> None:
        """The recipient of an order of theirs: mostly they themselves, sometimes somebody they gave it to.

        keep_phone: not to fill in the phone; it is another customer's.
        """
        other_phone = record.phone and self.fields["phone"] and not self.has_phone(record.phone)
        other_name = record.name and self.fields["name"] and not self.goes_by(record.name)
        self.fill("nickname", record.nickname)
        if other_phone or other_name or (keep_phone and record.phone and not self.has_phone(record.phone)):
            texts = (record.name, record.phone, record.address)
            self.beside(OTHER_RECIPIENT, " ".join(text for text in texts if text))
            return
        self.fill("name", record.name)
        if record.phone != self.fields["nickname"]:
            self.fill("phone", record.phone)
        if not self.fill("address", record.address) and not _within(record.address, self.fields["address"]):
            self.beside(_BESIDE["address"], record.address)
        self._born(record.birthday)

    def _born(self, day: str) -> None:
        known = self.fields["birthday"]
        if not day or self.fill("birthday", day) or _same_day(known, day):
            return
        if day.endswith(f"-{known}"):  # the same day, now with its year
            self.fields["birthday"] = day
            self._change("birthday")
        elif not known.endswith(f"-{day}"):
            self.beside(_BESIDE["birthday"], day)

    def noted(self, note: str) -> None:
        """Add to the note what is not in it."""
        known = _lines(self.fields["note"])
        if note and _lines(note) not in known:
            self.fields["note"] = f"{self.fields['note']}\n{note}" if known else note
            self._change("note")

    def tagged(self, tags: Iterable[str]) -> None:
        """Add the tags that are new; a tag of several words may come back as its pieces."""
        known = self.tags | {piece for tag in self.tags for piece in _SEPARATES_TAGS.split(tag)}
        new = [tag for tag in tags if tag not in known]
        if new:
            self.tags.update(new)
            self.new_tags += new
            self._change()

    def at_home(self, home: tuple[str, str]) -> bool:
        """They are to be reached there; whether that is new."""
        if home in self.homes:
            return False
        self.homes.add(home)
        self._change()
        return True

    def staged(self, stage: str) -> None:
        """A stage of the shop's that a file gives; what orders say counts more."""
        if stage and self.fields["stage"] == FIRST_STAGE != stage and _BESIDE["stage"] not in self.extra:
            self.fields["stage"] = stage
            self._change("stage")
        elif stage not in ("", self.fields["stage"]):
            self.beside(_BESIDE["stage"], stage)

    def ranked(self, tier: str) -> None:
        """A tier of the shop's that a file gives: the shop's own reckoning counts."""
        if tier and tier != self.tier:
            self.beside(_BESIDE["tier"], tier)

    def seen_first(self, moment: datetime) -> None:
        """They were here before we knew them."""
        if moment < self.fields["first_seen_at"]:
            self.fields["first_seen_at"] = moment
            self._change("first_seen_at")


def _says(said: str, text: str) -> bool:
    return f"{TOGETHER}{text}{TOGETHER}" in f"{TOGETHER}{said}{TOGETHER}"


def level(text: str) -> str:
    """As a table's cell is read: on one line."""
    return " ".join(text.split())


def same_phone(known: str, number: str) -> bool:
    """Whether they are the same, however the one on record is written."""
    return known == number or (bool(known) and normal_phone(known) == number)


def normal_phone(known: str) -> str:
    """A phone on record as tables' phones are written; as it stands if it is none."""
    if len(known) == 11 and known.isdigit():
        return known
    try:
        return phone(known) or known
    except ValueError:
        return known


def _within(text: str, known: str) -> bool:
    return not text or level(text) in level(known)


def _same_day(known: str, day: str) -> bool:
    try:
        return birthday(known) == day
    except ValueError:
        return False


def _lines(text: str) -> str:
    return "\n".join(text.split("\n")).replace("\r", "").strip()
