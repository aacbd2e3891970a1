"""Asks 快递100 to watch every parcel that goes out: again until it is taken, and told once if it is not."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from sqlalchemy import Connection

from bot.beside import Beside
from bot.core.clock import Clock
from bot.core.effects import NotifySeller
from bot.core.order_settings import Kuaidi100Settings
from bot.tracking.kuaidi100 import CODES
from storage import watching
from storage.db import Database
from storage.watching import LEFT, WATCHED, Unwatched
from storage.writers import Origin, Surroundings, write_effects

log = structlog.get_logger(__name__)

CALLBACK = "/api/tracking/kuaidi100"
AT_ONCE = 20
PATIENCE = aiohttp.ClientTimeout(total=10)
FIRST_PAUSE = timedelta(minutes=1)
MOST_TRIES = 10
"""With pauses that double: half a day."""

TAKEN = ("200", "501")
"""Accepted; and watched already."""
KEY_FAULT = ("600", "601")
"""The key is wrong or has run out: nothing is wrong with the parcel."""
_PASSING = ("500", "503", "")


class Watcher(Beside):
    """Beside the sender: whatever parcels are still to be watched."""

    every = 5.0

    def __init__(
        self,
        settings: Kuaidi100Settings,
        database: Database,
        http: aiohttp.ClientSession,
        clock: Clock,
        around: Surroundings,
    ) -> None:
        self._settings = settings
        self._database = database
        self._http = http
        self._clock = clock
        self._around = around

    async def step(self) -> bool:
        """See `ask`."""
        return await self.ask() > 0

    async def ask(self) -> int:
        """Ask for the parcels that are due; how many there were."""
        now = self._clock.now()
        due = await self._database.write(lambda c: watching.claim(c, list(CODES), now, AT_ONCE))
        for parcel in due:
            code, message = await self._subscribe(parcel)
            await self._database.write(partial(self._settle, parcel=parcel, code=code, message=message))
        return len(due)

    async def _subscribe(self, parcel: Unwatched) -> tuple[str, str]:
        """Their code and words; no code if they could not be reached."""
        parameters = {
            "callbackurl": self._settings.callback_base + CALLBACK,
            "salt": self._settings.salt.get_secret_value(),
            "phone": parcel.phone,
        }
        param = {
            "company": CODES[parcel.courier],
            "number": parcel.tracking_no,
            "key": self._settings.key.get_secret_value(),
            "parameters": parameters,
        }
        form = {"schema": "json", "param": json.dumps(param, ensure_ascii=False)}
        try:
            url = f"{self._settings.api_base}/poll"
            async with self._http.post(url, data=form, timeout=PATIENCE) as answer:
                told = json.loads(await answer.content.read(64 * 1024))
                return str(told["returnCode"]), str(told.get("message") or "")[:100]
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.info("not_subscribed", error=type(error).__name__)
            return "", "连不上"

    def _settle(self, connection: Connection, parcel: Unwatched, code: str, message: str) -> None:
        now = self._clock.now()
        if code in TAKEN:
            return watching.settle(connection, parcel.id, WATCHED)
        last = parcel.tries + 1 >= MOST_TRIES
        if code in KEY_FAULT or (code in _PASSING and not last):
            watching.put_off(connection, parcel.id, now + FIRST_PAUSE * 2 ** min(parcel.tries, MOST_TRIES))
        else:
            watching.settle(connection, parcel.id, LEFT)
        if code in KEY_FAULT:
            self._tell(connection, _KEY_WRONG.format(message=message), f"tracking:key:{now.date()}")
        elif code not in _PASSING or last:
            self._tell(connection, _not_watched(parcel, message), f"tracking:{parcel.id}")
        return None

    def _tell(self, connection: Connection, text: str, key: str) -> None:
        told = NotifySeller(text, key=key)
        write_effects(connection, [(Origin(self._clock.now(), None, self._around), told)])


_KEY_WRONG = (
    "快递100 不认 tracking.kuaidi100.key（{message}），包裹现在没人跟踪。改好配置重新启动，没跟上的会补。"
)


def _not_watched(parcel: Unwatched, message: str) -> str:
    what = f"{parcel.number} {parcel.called}，{parcel.courier} {parcel.tracking_no}"
    return f"快递100 没有跟踪这个包裹（{message}）：{what}\n收到了自己记一下：签收 {parcel.number}"
