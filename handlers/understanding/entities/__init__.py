"""What stands in a buyer's text beside its meaning: numbers, names, places, dates and marks."""

from handlers.understanding.entities.finding import Entities, find_entities
from handlers.understanding.entities.kinds import (
    Address,
    Amount,
    Birthday,
    Exactness,
    LunarDate,
    Moment,
    OrderNumber,
    Phone,
    Quantity,
    Recipient,
    Referrer,
    Scores,
    Size,
    SizeKind,
    TrackingNumber,
)
from handlers.understanding.entities.moments import moments
from handlers.understanding.entities.scores import only_marks, scores, wrong_marks

__all__ = [
    "Address",
    "Amount",
    "Birthday",
    "Entities",
    "Exactness",
    "LunarDate",
    "Moment",
    "OrderNumber",
    "Phone",
    "Quantity",
    "Recipient",
    "Referrer",
    "Scores",
    "Size",
    "SizeKind",
    "TrackingNumber",
    "find_entities",
    "moments",
    "only_marks",
    "scores",
    "wrong_marks",
]
