"""Who on record may be the same person as somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody else on record who may be the same person, or whom a newcomer has named.

    by: what they share: a phone (levelled), a union id, or a name. apart: the seller has taken the two
    apart, so that only the seller joins them again.
    """

    id: int
    by: str
    called: str
    name: str = ""
    birthday: str = ""
    first_seen_at: datetime | None = None
    apart: bool = False
