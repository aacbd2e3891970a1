"""Where a seller with several identities is best told things: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.delivery import AccountState, Capability, Contact, Kind, Outgoing, Planned
from scheduler.permission import Hold, Send
from scheduler.permission.road import by_road


def nearest(
    capabilities: Mapping[str, Capability],
    contacts: Sequence[Contact],
    states: Mapping[str, AccountState],
    now: datetime,
) -> Contact:
    """Of one person's contacts, in the order of the configuration: the first that a message can go to now.

    Else the first where it only has to wait for the account; else the first of all.
    """

    def trouble(contact: Contact) -> int:
        capability = capabilities.get(contact.account)
        if capability is None:  # an account that is not configured any more
            return 3
        alert = Outgoing(0, contact.account, contact.external_id, Kind.ALERT, "")
        state = states.get(contact.account, AccountState(contact.account))
        match by_road(Planned(alert, contact, state), capability, now):
            case Send():
                return 0
            case Hold():
                return 1
        return 2

    return min(contacts, key=trouble)
