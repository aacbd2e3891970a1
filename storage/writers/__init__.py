"""One writer per effect: a block here and a class in `bot.core.effects` is all that a new effect needs.

Effects are written kind by kind, in the order of these modules and of the writers in them.
"""

from storage.writers import people, trade, outgoing, later, desk  # isort: skip - the order of writing
from storage.writers.registry import Origin, Surroundings, write_effects

__all__ = ["Origin", "Surroundings", "desk", "later", "outgoing", "people", "trade", "write_effects"]
