"""How a promise is put into words: for the seller in one phrase, for the buyer as an honest draft. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.customer import OpenPromise
from bot.core.settings import Settings
from handlers.promises import Deed

_MARKS = str.maketrans("", "", '“”「」"')
_EVENING = 18
_UNITS = (("天", 1440, 2880), ("小时", 60, 60), ("分钟", 1, 0))
"""Name, minutes, and from how many minutes on a span is told in it."""


def apology(promise: OpenPromise, settings: Settings, now: datetime, due_at: datetime | None = None) -> str:
    """Honest words to the buyer about what is not done in time; `due_at`: by when it will be."""
    texts = settings.promises
    facts = {
        "words": promise.words.translate(_MARKS),
        "day": _day(promise.made_at, now, settings.shop.zone),
        "until": till(due_at, settings, now) if due_at else "",
        "shop": settings.shop.name,
    }
    if due_at is None:
        return texts.broken.format(**facts)
    return (texts.late if promise.due_at <= now else texts.postponed).format(**facts)


def pledge(what: str, words: str, due_at: datetime, settings: Settings, now: datetime) -> str:
    """A promise in one phrase: 今晚22:00前发货; of what has no name, the seller's own words."""
    deed = f"办“{words.translate(_MARKS)}”" if what == Deed.OTHER else what
    return f"{till(due_at, settings, now)}前{deed}"


def till(due_at: datetime, settings: Settings, now: datetime) -> str:
    """今天14:00, 今晚22:00, 明天12:00, 11月28日22:00."""
    zone = settings.shop.zone
    local = due_at.astimezone(zone)
    day = _day(due_at, now, zone)
    return f"{'今晚' if day == '今天' and local.hour >= _EVENING else day}{local:%H:%M}"


def _day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    day = moment.astimezone(zone).date()
    near = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
    return near.get((day - now.astimezone(zone).date()).days) or f"{day.month}月{day.day}日"


def span(left: timedelta) -> str:
    """How long that is: 3 天, 1 小时, 40 分钟."""
    minutes = max(1, round(left.total_seconds() / 60))
    return next(f"{round(minutes / size)} {name}" for name, size, least in _UNITS if minutes >= least)
