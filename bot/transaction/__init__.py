"""One batch of events in the writing thread: load → decide → write, wave by wave (DESIGN §3)."""

from bot.transaction.batch import Transaction
from bot.transaction.workshop import Handled

__all__ = ["Handled", "Transaction"]
