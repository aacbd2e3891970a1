"""Whether words that a platform shows as the seller's are the bot's own, come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlmodel import col

from bot.core.delivery import Status
from storage.rows import ContactRow, OutboxRow

ECHOES_FOR = timedelta(minutes=10)
_PERHAPS_THERE = (Status.SENDING, Status.SENT, Status.UNKNOWN)


def said_by_bot(connection: Connection, account: str, external_id: str, text: str, at: datetime) -> bool:
    """Whether the bot sent this correspondent these very words shortly before or after `at`.

    For a channel whose own messages come back before the platform has told their ids; where an id is known,
    it decides (`OutboxRow.platform_id`). A seller who repeats the bot word for word is taken for its echo.
    """
    asked = (
        select(col(OutboxRow.text))
        .join(ContactRow, col(ContactRow.id) == col(OutboxRow.contact_id))
        .where(
            col(ContactRow.account) == account,
            col(ContactRow.external_id) == external_id,
            col(OutboxRow.status).in_(_PERHAPS_THERE),
            col(OutboxRow.due_at) >= at - ECHOES_FOR,
            col(OutboxRow.due_at) <= at + ECHOES_FOR,
        )
    )
    return any(_bare(sent) == _bare(text) for sent in connection.scalars(asked))


def _bare(text: str) -> str:
    """Platforms change line ends and outer space."""
    return "".join(text.split())
