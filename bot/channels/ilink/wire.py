"""What goes over the wire to iLink: paths, headers, bodies; pure but for a random number (CHANNELS §5)."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from bot.channels.clean import fit
from bot.core.accounts import IlinkAccount

QRCODE = "/ilink/bot/get_bot_qrcode?bot_type=3"
QRCODE_STATUS = "/ilink/bot/get_qrcode_status"
UPDATES = "/ilink/bot/getupdates"
SEND = "/ilink/bot/sendmessage"
STARTED = "/ilink/bot/msg/notifystart"
STOPPED = "/ilink/bot/msg/notifystop"

TEXT_BYTES = 4000
"""The official plug-in cuts at 4,000 characters, each of which is a byte at least."""

BY_BOT = 2
_FINISHED = 2
_TEXT = 1
_UNFIT = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")


def headers(account: IlinkAccount, token: str = "") -> dict[str, str]:
    """Those of a call; without a token, of one that needs no login (§5.1)."""
    uin = str(secrets.randbelow(2**32))
    sent = {
        "Content-Type": "application/json",
        "X-WECHAT-UIN": base64.b64encode(uin.encode()).decode(),
        "iLink-App-Id": "bot",
        "iLink-App-ClientVersion": str(version_number(account.version)),
    }
    if account.route_tag:
        sent["SKRouteTag"] = account.route_tag
    if token:
        sent |= {"AuthorizationType": "ilink_bot_token", "Authorization": f"Bearer {token}"}
    return sent


def version_number(version: str) -> int:
    """2.4.9 → 132105."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major << 16 | minor << 8 | patch


def base_info(account: IlinkAccount) -> dict[str, Any]:
    """What every body says of the sender."""
    return {"base_info": {"channel_version": account.version, "bot_agent": account.bot_agent}}


def as_text(to: str, text: str, client_id: str, context: str) -> dict[str, Any]:
    """A message of one text; a request takes one item (§5.4)."""
    return {
        "msg": {
            "from_user_id": "",
            "to_user_id": to,
            "client_id": client_id,
            "message_type": BY_BOT,
            "message_state": _FINISHED,
            "item_list": [{"type": _TEXT, "text_item": {"text": text}}],
            "context_token": context,
        }
    }


def shown(text: str) -> str:
    """`text` without what JSON or a phone cannot carry."""
    return _UNFIT.sub("", fit(text))


def onward(account: IlinkAccount, told: object) -> str:
    """The base of the host (or URL) that a login sends us on to; empty if it is not one to trust.

    What follows carries the token, so it goes nowhere but to api_base's host and the configured ones.
    """
    home = urlsplit(account.api_base)
    if not isinstance(told, str):
        return ""
    scheme, _, rest = told.rpartition("://")
    host = rest.rstrip("/")
    if not _HOST.fullmatch(host) or scheme not in ("", "https", home.scheme):
        return ""
    name = host.partition(":")[0].lower()
    known = (home.hostname, *account.hosts)
    if not any(name == one or name.endswith(f".{one}") for one in known):
        return ""
    return f"{scheme or home.scheme}://{host}"
