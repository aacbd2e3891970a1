"""完成, 原因 路上摔了: a complaint's step word without its number, typed with the other hand full."""

from __future__ import annotations

from bot.core.effects import Effect
from handlers.commands import complaints
from handlers.commands.complaint_line import Said, Say
from handlers.commands.desk import Desk
from handlers.commands.framework import level

_WHICH = "哪件投诉"
_WORDS = {
    say.value: say
    for say in (
        Say.DONE,
        Say.APOLOGY,
        Say.CAUSE,
        Say.EXPLAIN,
        Say.PLAN,
        Say.GIVE,
        Say.SATISFIED,
        Say.UNSATISFIED,
        Say.REMEDY_DONE,
    )
}
"""Words that nobody types to a bot by the way; 好 and 发 are not among them."""


def step_of(desk: Desk, line: str) -> list[Effect] | None:
    """The step in the one open complaint, or the question in which of several; None if it is no step."""
    first, *rest = line.split(maxsplit=1) or [""]
    word = _WORDS.get(level(first))
    open_ones = desk.open_complaints() if word else []
    if word is None or not open_ones:
        return None
    if len(open_ones) > 1 and _WHICH not in desk.chosen:
        return complaints.choice(desk, _WHICH, line, open_ones)
    record = desk.complaint(desk.chosen.get(_WHICH, open_ones[0].id))
    return None if record is None else complaints.act(desk, record, Said(word, rest[0] if rest else ""))
