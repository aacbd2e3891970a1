"""Who is one person with whom, and who has brought whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Known(StrEnum):
    """By what a person can be known beside the profile."""

    PHONE = "phone"
    UNION_ID = "union_id"
    NICKNAME = "nickname"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class KnowIdentity:
    """This person is also known by `value`. account: the platform's, of a union id or a nickname."""

    customer_id: int
    kind: Known
    value: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Ask the seller, once, about others on record of the same name and address: perhaps one person."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class MergeCustomers:
    """These two are one person; everything becomes the elder's. by: the seller, or the bot for `why`."""

    customer_id: int
    other_id: int
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class SplitCustomers:
    """The last merge into this customer was wrong: everything goes back where it came from."""

    customer_id: int
    by: str


@dataclass(frozen=True, slots=True)
class Refer:
    """`by_id` has brought this customer; nothing, if somebody has already, or if it would go in a circle.

    how: `handlers.referral.How`. words: as the newcomer said it. rings: (customer, occasion, moment) of what
    follows (rule "referral"), if it goes on record.
    """

    customer_id: int
    by_id: int
    how: str
    words: str = ""
    rings: tuple[tuple[int, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class DropReferral:
    """Nobody has brought this customer after all; what would have followed from it does not."""

    customer_id: int


@dataclass(frozen=True, slots=True)
class RewardReferrer:
    """The seller has thanked this customer with something for all whom they have brought so far."""

    customer_id: int
    reward: str
