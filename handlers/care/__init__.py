"""Care on schedule: rules as data, a pure planner, and what follows when a time has come (DESIGN §4)."""

from handlers.care.checking import faults
from handlers.care.planning import RULE, plan
from handlers.care.ringing import ring

__all__ = ["RULE", "faults", "plan", "ring"]
