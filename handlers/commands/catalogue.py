"""Everything a seller can type, in the order in which 帮助 lists it; one file per command."""

from __future__ import annotations

from handlers.commands import (
    consultations,
    customer,
    find,
    hand_back,
    mislabelled,
    note,
    order,
    reply,
    resume,
    right_word,
    ship,
    sign,
    stop,
    tags,
    take_over,
    undo,
    why,
)
from handlers.commands.framework import Command
from handlers.commands.help import with_help

COMMANDS: tuple[Command, ...] = with_help(
    (
        customer.COMMAND,
        find.COMMAND,
        tags.COMMAND,
        note.COMMAND,
        order.COMMAND,
        ship.COMMAND,
        sign.COMMAND,
        consultations.COMMAND,
        reply.COMMAND,
        take_over.COMMAND,
        hand_back.COMMAND,
        stop.COMMAND,
        resume.COMMAND,
        undo.COMMAND,
        why.COMMAND,
        mislabelled.COMMAND,
        right_word.COMMAND,
    )
)
