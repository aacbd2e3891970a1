"""Loads what a batch of events needs: a few IN queries, whatever the batch's size (DESIGN §3.2)."""

from storage.load.complaints import NOT_ENDED, open_complaints, whole_complaints
from storage.load.contacts import (
    Address,
    contacts_of,
    contacts_with_ids,
    ensure_contacts,
    latest_contacts,
)
from storage.load.messages import Known, Waiting, known_messages, parked_texts
from storage.load.people import NOT_SETTLED, STILL_OPEN, UNANSWERED, customers, living, lock_people, snapshots
from storage.load.shop import account_states, api_disabled, open_question, shop_examples
from storage.load.trade import LATEST_ORDERS, orders
from storage.load.wishes import unwanted, why_unwanted

__all__ = [
    "LATEST_ORDERS",
    "NOT_ENDED",
    "NOT_SETTLED",
    "STILL_OPEN",
    "UNANSWERED",
    "Address",
    "Known",
    "Waiting",
    "account_states",
    "api_disabled",
    "contacts_of",
    "contacts_with_ids",
    "customers",
    "ensure_contacts",
    "known_messages",
    "latest_contacts",
    "living",
    "lock_people",
    "open_complaints",
    "open_question",
    "orders",
    "parked_texts",
    "shop_examples",
    "snapshots",
    "unwanted",
    "whole_complaints",
    "why_unwanted",
]
