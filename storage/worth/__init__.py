"""Reads what customers' worth follows from, and writes what follows; any number of customers at once."""

from storage.worth.record import customers_of_orders, ledger_of, on_record, referrers
from storage.worth.shop import (
    buyers,
    due,
    mark_all_due,
    own_cycles,
    product_cycles,
    product_votes,
    put_off,
    write_product_cycles,
)
from storage.worth.writing import count_together, write_moves, write_points, write_values, write_votes

__all__ = [
    "buyers",
    "count_together",
    "customers_of_orders",
    "due",
    "ledger_of",
    "mark_all_due",
    "on_record",
    "own_cycles",
    "product_cycles",
    "product_votes",
    "put_off",
    "referrers",
    "write_moves",
    "write_points",
    "write_product_cycles",
    "write_values",
    "write_votes",
]
