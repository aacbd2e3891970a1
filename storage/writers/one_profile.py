"""Two profiles of one person become one: nothing that was said is lost, and the stricter holds. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Values = dict[str, Any]

WORDS = ("name", "nickname", "phone", "address", "birthday")
"""What has one value; the other one stays known (`IdentityRow`)."""
_SOONER = ("first_seen_at", "greeted_at", "opted_out_at", "stopped_at", "red_line_at")
_LATER = ("asked_seller_at",)
WISHES = ("opted_out_at", "stopped_at", "red_line_at")
"""Why nothing may be sent to a person, whatever account they are on."""
_STAGES = ("潜客", "流失", "新客", "老客户", "忠诚客户", "粉丝", "分销商")
"""Lowest first: who was lost had bought."""
_OWN = ("id", "merged_into")

SIGNPOST: Values = dict.fromkeys((*WORDS, "note", "extra", "stage"), "") | {"found": {}, "facts": {}}
"""What is left of a row that only says where the person is: nothing by which a list could find it."""


def one_of(elder: Values, younger: Values) -> Values:
    """What the elder's row says from now on; of two equal words the elder's stays, empty ones are filled."""
    joined = {name: elder[name] or younger[name] for name in elder if name not in _OWN}
    joined |= {name: word_of(name, elder, younger) for name in WORDS}
    joined |= {name: min(_moments(name, elder, younger), default=None) for name in _SOONER}
    joined |= {name: max(_moments(name, elder, younger), default=None) for name in _LATER}
    joined["note"] = "\n".join(_lines(elder["note"], younger["note"]))
    joined["stage"] = max(elder["stage"], younger["stage"], key=_rank)
    joined["facts"] = elder["facts"] | younger["facts"]
    joined["extra"] = _own_columns(elder["extra"], younger["extra"])
    joined["found"] = _found(elder, younger, joined)
    return joined | _taken_over(elder, younger)


def others_of(elder: Values, younger: Values, joined: Values) -> list[tuple[str, str]]:
    """(field, value) of names, nicknames and phones that the joined profile does not show."""
    names = ("name", "nickname", "phone")
    both = [(name, row[name]) for row in (elder, younger) for name in names]
    return [(name, value) for name, value in both if value and value != joined[name]]


def word_of(name: str, elder: Mapping[str, Any], younger: Mapping[str, Any]) -> Any:
    """The one value of this field of `WORDS`; of the rows only that field and `found` matter.

    The seller's and the shops' words before what the bot has read, of the latter the newer, else the elder's;
    anything before nothing.
    """
    said = [row for row in (elder, younger) if row[name]]
    if not said:
        return ""
    by_seller = [row for row in said if not found_by_bot(row, name)]
    if by_seller:
        return by_seller[0][name]
    return max(said, key=lambda row: _found_at(row, name))[name]


def found_by_bot(row: Mapping[str, Any], name: str) -> bool:
    """Whether the value of this field is what the bot has read in the person's own words."""
    found: Mapping[str, Any] = row["found"].get(name) or {}
    return bool(found) and found.get("value") == row[name]


def _found_at(row: Mapping[str, Any], name: str) -> str:
    return str((row["found"].get(name) or {}).get("at", ""))


def _found(elder: Values, younger: Values, joined: Values) -> Values:
    """What the bot has read, each by the newer of both; what became the seller's word is none of it."""
    both = {**elder["found"], **younger["found"]}
    for name in both:
        rows = [row for row in (elder, younger) if name in row["found"]]
        same = [row for row in rows if row["found"][name].get("value") == joined.get(name)]
        both[name] = max(same or rows, key=lambda row: _found_at(row, name))["found"][name]
    return both


def _moments(name: str, *rows: Values) -> list[datetime]:
    return [row[name] for row in rows if row[name] is not None]


def _lines(*notes: str) -> list[str]:
    """Every line once, the elder's first."""
    return list(dict.fromkeys(line for note in notes for line in note.splitlines()))


def _own_columns(elder: str, younger: str) -> str:
    """The seller's own columns of both: what the elder has not, from the other."""
    if not (elder and younger):
        return elder or younger
    own, more = json.loads(elder), json.loads(younger)
    joined = own | {name: value for name, value in more.items() if not own.get(name)}
    return json.dumps(joined, ensure_ascii=False, separators=(",", ":"))


def _rank(stage: str) -> int:
    return _STAGES.index(stage) if stage in _STAGES else -1


def _taken_over(*rows: Values) -> Values:
    """The conversation that a person keeps the longest."""
    kept = [row for row in rows if row["taken_over_until"] is not None]
    last = max(kept, key=lambda row: row["taken_over_until"], default=rows[0])
    return {name: last[name] for name in ("taken_over_by", "taken_over_until")}
