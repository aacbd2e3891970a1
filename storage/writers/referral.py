"""Writes who was brought by whom, and what the bringer was given for it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from sqlmodel import col

from bot.core import effects
from storage.load import living
from storage.rows import ReferralRow, TimerRow
from storage.state import insert_for
from storage.writers.later import start_timers
from storage.writers.registry import Batch, Origin, writes

REFERRAL = "referral"
"""The timer rule of what follows."""


@writes(effects.Refer)
def _refer(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        ids = living(connection, (effect.customer_id, effect.by_id))
        newcomer, by = ids[effect.customer_id], ids[effect.by_id]
        if newcomer not in brought_up(connection, by):
            _put(connection, origin, effect, newcomer, by)


def _put(connection: Connection, origin: Origin, effect: effects.Refer, newcomer: int, by: int) -> None:
    row = {"customer_id": newcomer, "by_id": by, "at": origin.now, "how": effect.how, "words": effect.words}
    put = insert_for(connection, ReferralRow).values(row).on_conflict_do_nothing()
    made = connection.execute(put.returning(col(ReferralRow.id))).scalar()
    rings = [
        {"rule": REFERRAL, "customer_id": who, "occasion": occasion, "due_at": at, "payload": {}}
        for who, occasion, at in effect.rings
    ]
    if made is not None and rings:
        start_timers(connection, rings)


def brought_up(connection: Connection, customer_id: int) -> set[int]:
    """This customer, who has brought them, who has brought those, and so on."""
    line = {customer_id}
    above: int | None = customer_id
    while above is not None:
        asked = select(col(ReferralRow.by_id)).where(col(ReferralRow.customer_id) == above)
        above = connection.scalar(asked)
        if above is None or above in line:
            break
        line.add(above)
    return line


@writes(effects.RewardReferrer)
def _reward_referrer(connection: Connection, batch: Batch) -> None:
    for origin, effect in batch:
        owed = (col(ReferralRow.by_id) == effect.customer_id) & col(ReferralRow.rewarded_at).is_(None)
        given = {"rewarded_at": origin.now, "reward": effect.reward}
        connection.execute(update(ReferralRow).where(owed).values(given))


@writes(effects.DropReferral)
def _drop_referral(connection: Connection, batch: Batch) -> None:
    for _, effect in batch:
        mine = col(TimerRow.customer_id) == effect.customer_id
        about = col(TimerRow.occasion).startswith(f"brought:{effect.customer_id}:", autoescape=True)
        bells = (col(TimerRow.rule) == REFERRAL) & (mine | about)
        connection.execute(delete(TimerRow).where(bells))
        connection.execute(delete(ReferralRow).where(col(ReferralRow.customer_id) == effect.customer_id))
