"""What may stand in a text of each kind (PRACTICES 74–80, 83, 89, 110; VOICE): words as data, pure checks."""

from handlers.content.checking import explained, faults, marked
from handlers.content.kinds import Fault, Rule, TextKind
from handlers.content.sms import segments

__all__ = ["Fault", "Rule", "TextKind", "explained", "faults", "marked", "segments"]
