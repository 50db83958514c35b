"""Times of day, dates and day changes in words, in local time. Pure: told the time.

All times are seconds since the epoch; one that can't be a time has no words.
"""

from datetime import datetime

_QUARTER = 900.0

DAY_AND_MONTH = "%d %b"
"""How a date is written where space is short: 05 Mar."""
ISO_DATE = "%Y-%m-%d"
"""How it is written where programs read along: 2026-03-05."""


def local_time(when: float) -> datetime | None:
    """Local time; None for a time that can't be one."""
    if not when:
        return None
    try:
        return datetime.fromtimestamp(when).astimezone()
    except (OverflowError, OSError, ValueError):
        return None


def clock_time(when: float, now: float, date: str = DAY_AND_MONTH) -> str:
    """A time of day such as 10:02, behind its date (a format) when that is not today's."""
    moment, today = local_time(when), local_time(now)
    if moment is None or today is None:
        return ""
    return moment.strftime("%H:%M" if moment.date() == today.date() else f"{date} %H:%M")


def new_day(before: float, when: float, now: float) -> str:
    """The words of the rule above the first message of a day, such as "Tuesday, 3 March"; "" within a day."""
    if before // _QUARTER == when // _QUARTER:
        return ""  # time zones differ by quarters of an hour: it is the same day everywhere
    one, two = local_time(before), local_time(when)
    if one is None or two is None or one.date() == two.date():
        return ""
    return _day(two, now)


def said_at(when: float) -> str:
    """A moment in full, such as "Tuesday, 3 March 2026, 10:02"."""
    moment = local_time(when)
    return "" if moment is None else f"{moment:%A}, {moment.day} {moment:%B} {moment.year}, {moment:%H:%M}"


def goes_at(expires_at: float, said: float) -> str:
    """When a message goes, such as "gone by 10:02:30"; with the date when that is not the one it was said on."""
    gone, moment = local_time(expires_at), local_time(said)
    if gone is None:
        return ""
    if moment is not None and moment.date() == gone.date():
        return f"gone by {gone:%H:%M:%S}"
    return f"gone by {gone.day} {gone:%B}, {gone:%H:%M}"


def _day(moment: datetime, now: float) -> str:
    today = local_time(now)
    year = "" if today is not None and today.year == moment.year else f" {moment.year}"
    return f"{moment:%A}, {moment.day} {moment:%B}{year}"
