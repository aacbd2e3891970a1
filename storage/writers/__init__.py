"""One writer per effect: a block here and a class in `bot.core.effects` is all that a new effect needs.

Effects are written kind by kind, in the order of these modules and of the writers in them.
"""

from storage.writers import people, erasing, orders, trade, worth, tasks, outgoing, later  # isort: skip - the order
from storage.writers import care, service, desk, referral, identities, merging, splitting  # isort: skip - of writing
from storage.writers.registry import Origin, Surroundings, write_effects

__all__ = [
    "Origin",
    "Surroundings",
    "care",
    "desk",
    "erasing",
    "identities",
    "later",
    "merging",
    "orders",
    "outgoing",
    "people",
    "referral",
    "service",
    "splitting",
    "tasks",
    "trade",
    "worth",
    "write_effects",
]
