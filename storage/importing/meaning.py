"""What a file's records mean here: whose rows, the seller's own columns, limits, the shop's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, cached_property

from bot.core.settings import Settings
from storage.importing.own_columns import (
    FURTHER,
    ITEM_PRICE,
    NUMBER,
    REFUNDED,
    SHIPPED_AT,
    SIGNED_AT,
    TOGETHER,
    own_name,
)
from storage.importing.people import Asked
from storage.importing.platforms import platform_of
from storage.sheets import COLUMNS, CustomerRecord, Gathered, ItemRecord, OrderRecord
from storage.sheets.columns import written_by_us
from storage.sheets.moments import moment
from storage.sheets.records import Extra
from storage.sheets.values import money

LONGEST = 200
"""Characters of what an index looks up; PostgreSQL's take 2,700 bytes."""
YEARS = range(1990, 2101)
"""In which somebody may have bought; outside there are slips of the pen."""
_OUR_NUMBER = re.compile(r"#(\d{1,18})", re.ASCII)
_LOOKED_UP = {
    "name": "姓名",
    "nickname": "昵称",
    "phone": "电话",
    "account": "渠道",
    "external_id": "渠道ID",
    "tier": "等级",
    "stage": "阶段",
}


@dataclass(frozen=True)
class Meaning:
    """How one file is to be understood.

    platform: the shop's back end that wrote it, if that is known. accounts, stages, tiers: the shop's own.
    products: by their names and aliases in small letters.
    """

    gathered: Gathered
    settings: Settings
    platform: str
    accounts: frozenset[str]
    stages: frozenset[str]
    tiers: frozenset[str]
    products: Mapping[str, str]

    @classmethod
    def of(cls, gathered: Gathered, settings: Settings, stages: Collection[str]) -> Meaning:
        """That of this file; `stages`: a customer's, as the shop calls them."""
        return cls(
            gathered,
            settings,
            platform_of(gathered.layout.headers),
            frozenset(account.id for account in settings.accounts),
            frozenset(stages),
            frozenset(tier.name for tier in settings.value.tiers.levels),
            {name.casefold(): p.name for p in settings.products for name in (*p.aliases, p.name)},
        )

    @cached_property
    def zone(self) -> tzinfo:
        """The shop's."""
        return self.settings.shop.zone

    @cached_property
    def is_ours(self) -> bool:
        """Whether the file is an export of this program."""
        return written_by_us(self.gathered.layout.headers) is not None

    @property
    def own_headers(self) -> list[str]:
        """The seller's own columns, by the names under which they are kept."""
        kind = self.gathered.kind
        headers = self.gathered.layout.own_headers
        return [own_name(kind, header) for header in headers if header not in FURTHER[kind]]

    def asked(self, record: CustomerRecord, extra: Extra) -> Asked:
        """Whose row it is."""
        found = _OUR_NUMBER.fullmatch(dict(extra).get(NUMBER, "").strip()) if extra else None
        elsewhere = record.account if record.account not in self.accounts else ""
        return Asked(record, elsewhere or self.platform, int(found[1]) if found else None)

    def own(self, extra: Extra, *, is_new: bool) -> list[tuple[str, str]]:
        """The seller's own columns of a record.

        What our own export has in a column of ours and nobody could read is on record already.
        """
        names = self._own_names
        if is_new or not self.is_ours:
            return [(name, text) for header, text in extra if (name := names(header))]
        contract = COLUMNS[self.gathered.kind]
        return [(name, text) for header, text in extra if header not in contract and (name := names(header))]

    @cached_property
    def _own_names(self) -> Callable[[str], str]:
        """A header → the name under which its column is kept; empty for one that nobody fills in."""
        kind = self.gathered.kind
        return cache(lambda header: "" if header in FURTHER[kind] else own_name(kind, header))

    def completed(self, record: OrderRecord) -> OrderRecord:
        """An order of our own export, with what stands there behind the contract's columns."""
        if not self.is_ours:
            return record
        said = dict(record.extra)
        if not said.keys() & {ITEM_PRICE, SHIPPED_AT, SIGNED_AT, REFUNDED}:
            return record
        return replace(
            record,
            items=tuple(_priced(record.items, said.get(ITEM_PRICE, ""))),
            shipped_at=record.shipped_at or self._moment(said.get(SHIPPED_AT, "")),
            signed_at=record.signed_at or self._moment(said.get(SIGNED_AT, "")),
            refunded=record.refunded or _money(said.get(REFUNDED, "0")),
        )

    def _moment(self, text: str) -> datetime | None:
        try:
            return moment(text, self.zone) if text else None
        except ValueError:
            return None


def _priced(items: Sequence[ItemRecord], cell: str) -> Iterator[ItemRecord]:
    """The prices of all lines stand in one cell: each different one once."""
    prices = [_money(text) for text in cell.split(TOGETHER)] if cell else []
    for n, item in enumerate(items):
        found = prices[0] if len(prices) == 1 else prices[n] if len(prices) == len(items) else None
        yield replace(item, price=found) if found is not None else item


def _money(text: str) -> Decimal | None:
    try:
        return money(text)
    except ValueError:
        return None


def unlikely(record: OrderRecord) -> str:
    """Why an order's moments cannot be right; empty if they can."""
    moments = (record.created_at, record.paid_at, record.shipped_at, record.signed_at)
    wrong = (one for one in moments if one is not None and one.year not in YEARS)
    return next((f"时间 {one.date().isoformat()} 不对" for one in wrong), "")


def too_long(record: CustomerRecord, number: str = "") -> str:
    """Why a record cannot be kept; empty if it can."""
    for name, header in _LOOKED_UP.items():
        if len(getattr(record, name)) > LONGEST:
            return f"“{header}”超过 {LONGEST} 个字"
    if any(len(tag) > LONGEST for tag in record.tags):
        return f"有个标签超过 {LONGEST} 个字"
    return f"订单号超过 {LONGEST} 个字" if len(number) > LONGEST else ""
