"""The queues: claim what is due, settle what was tried, recover what a crash left (DESIGN §4, §7.2)."""

from storage.queues.claiming import (
    HORIZON,
    IN_TURN,
    Claimed,
    Judge,
    apply_judgement,
    claim_outbox,
    heard_since,
)
from storage.queues.figures import next_due, queue_sizes
from storage.queues.leftovers import confirm_passive, left_sending
from storage.queues.timers import claim_timers, standing_timers

__all__ = [
    "HORIZON",
    "IN_TURN",
    "Claimed",
    "Judge",
    "apply_judgement",
    "claim_outbox",
    "claim_timers",
    "confirm_passive",
    "heard_since",
    "left_sending",
    "next_due",
    "queue_sizes",
    "standing_timers",
]
