"""The shop's limits with the holidays that count now: those of config.yaml, and what a seller has said."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.core.holiday import in_force
from bot.core.ledger import Limits
from storage.state import read_state

HOLIDAY = "holiday"
"""A fact of the shop (`bot.core.holiday.said`)."""


def limits_now(connection: Connection, limits: Limits) -> Limits:
    """limits: as config.yaml has them."""
    kept = read_state(connection, HOLIDAY)
    return replace(limits, holidays=in_force(limits.holidays, kept)) if kept else limits
