"""The bot's one clock: real time plus an offset that only moves forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def real_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


class Clock:
    """Tells the bot's time (CONTRACT: in the sandbox it moves, for every channel alike)."""

    def __init__(self, offset: timedelta = timedelta(), source: Callable[[], datetime] = real_now) -> None:
        self._offset = offset
        self._source = source

    @property
    def offset(self) -> timedelta:
        """How far the bot is ahead of real time; never negative."""
        return self._offset

    def now(self) -> datetime:
        """The bot's time, aware, in UTC."""
        return self._source() + self._offset

    def move_to(self, moment: datetime) -> None:
        """Jump forward to `moment`; a moment that has passed changes nothing."""
        self._offset = max(self._offset, moment - self._source())


def shop_day(moment: datetime, zone: ZoneInfo) -> str:
    """The day of `moment` as people of the shop write it: 11月21日."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def shop_time(moment: datetime, zone: ZoneInfo) -> str:
    """`moment` as people of the shop write it: 11月21日 22:36."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def shop_clock(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The same without the day, if that is today: 22:36."""
    here = moment.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now.astimezone(zone).date() else shop_time(moment, zone)
