"""放假 and 开工: greetings and offers rest, whoever writes is told once, parcels are said to be slow."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from bot.core.effects import Effect, KeepHoliday, Reply
from bot.core.holiday import Holiday, on
from bot.core.holiday_settings import LONGEST
from handlers.commands.desk import Desk
from handlers.commands.framework import Arguments, Command, Misused, Refused, argument, level
from scheduler.calendar.days import days_after, local_date

_DAY: Final = re.compile(r"(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})[日号]?")
_DAYS: Final = re.compile(r"(\d{1,2})\s*天")
_FAR: Final = 300
"""A day that lies further back than that is meant for next year."""


class HolidayArguments(Arguments):
    """放假 [几号 到 几号, or how many days]."""

    days: str = argument("几月几日 到 几月几日", optional=True, rest=True)


class BackArguments(Arguments):
    """开工."""


def run(desk: Desk, args: HolidayArguments) -> list[Effect]:
    """Keep the days; without any, say what is kept."""
    today = local_date(desk.now, desk.settings.shop.zone)
    if not args.days:
        return [Reply(_kept(desk, today))]
    holiday = _read(level(args.days), today)
    return [KeepHoliday(holiday), Reply(f"记下了：{_shown(holiday)}放假。{_what(desk)}")]


def _read(words: str, today: date) -> Holiday:
    """到 2月17日 and 7天 begin today."""
    if (days := _DAYS.fullmatch(words)) and 1 <= int(days[1]) <= LONGEST:
        return Holiday(today, days_after(today, int(days[1]) - 1))
    found = [_day(match, today) for match in _DAY.finditer(words)]
    if not 1 <= len(found) <= 2:
        raise Misused(f"“{words[:20]}”看不出从几号到几号。")
    begins, ends = (today, found[0]) if len(found) == 1 else (found[0], found[1])
    if ends < begins and ends.year == begins.year and begins.month > ends.month:
        ends = ends.replace(year=ends.year + 1)  # 12月30日 到 1月3日
    if ends < today:
        raise Refused("这几天已经过去了。")
    if not 0 <= (ends - begins).days < LONGEST:
        raise Misused(f"放假最多 {LONGEST} 天，后一天不能早于前一天。")
    return Holiday(begins, ends)


def _day(match: re.Match[str], today: date) -> date:
    year, month, day = match[1], int(match[2]), int(match[3])
    try:
        if year:
            return date(int(year), month, day)
        found = date(today.year, month, day)
    except ValueError as impossible:
        raise Misused(f"没有“{match[0]}”这一天。") from impossible
    return found if today - found < timedelta(days=_FAR) and found >= today else _a_year_on(found, today)


def _a_year_on(day: date, today: date) -> date:
    """The same day of next year, if it has gone by; of a long holiday that began lately, this year's."""
    if (today - day).days < LONGEST:
        return day
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def back(desk: Desk, _: BackArguments) -> list[Effect]:
    """The shop is back today; what is written in config.yaml of this holiday counts no more."""
    today = local_date(desk.now, desk.settings.shop.zone)
    holiday = on(desk.holidays(), today)
    if holiday is None:
        return [Reply(_kept(desk, today))]
    over = Holiday(holiday.begins, days_after(today, -1))
    return [KeepHoliday(over), Reply("开工了。停着的问候和促销分三天慢慢发，过了时候的不补。")]


def _kept(desk: Desk, today: date) -> str:
    coming = [h for h in desk.holidays() if h.ends >= today]
    if not coming:
        return "没有排放假。要放就打：放假 2月10日 到 2月17日"
    told = "，".join(_shown(h) for h in coming)
    return f"{told}放假。{_what(desk)}"


def _what(desk: Desk) -> str:
    wishes = "（节日、生日的祝福照发）" if desk.settings.holiday.wishes else ""
    return (
        f"那几天问候和促销停着{wishes}，来问的人各告诉一次，快递的事会说一句慢。"
        "\n提前回来打：开工；日子变了就再打一遍放假"
    )


def _shown(holiday: Holiday) -> str:
    begins, ends = holiday.begins, holiday.ends
    return f"{begins.month}月{begins.day}日到{ends.month}月{ends.day}日"


COMMAND = Command(
    name="放假",
    does="放假几天：问候停着，来问的告诉一声",
    example="放假 2月10日 到 2月17日",
    arguments=HolidayArguments,
    run=run,
    aliases=("holiday",),
    owner_only=True,
)
BACK = Command(
    name="开工",
    does="提前结束放假",
    example="开工",
    arguments=BackArguments,
    run=back,
    aliases=("back",),
    owner_only=True,
)
