"""What follows when a timer rings: a new rule is one line here, and one function of a `Ring`."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import care, consultation, promise_keeping, referral, reply_clock, silent_leaver
from handlers.complaint import remedies, timeouts
from handlers.rings import Rule

RULES: Mapping[str, Rule] = {
    "complaint": timeouts.ring,
    "remedy": remedies.ring,
    "question": reply_clock.ring,
    "promise": promise_keeping.ring,
    "consultation": consultation.ring,
    "silent_leaver": silent_leaver.ring,
    "referral": referral.ring,
    "care": care.ring,
}
"""By the name that `StartTimer.rule` and `storage.writers.service` use."""
