"""Recognises a line that is a date and nothing else, as pages show it."""

from datetime import date, datetime

_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d")
_LONGEST = 40
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 1500, 2999
"""Outside of these a date is a slip, and midnight at the ends of the calendar has no time in UTC."""


def date_of(text: str) -> date | None:
    """Return the date that the line states (`January 23, 2019`, `06 Feb. 2019`), or None when it is none."""
    if len(text) > _LONGEST or not any(char.isdigit() for char in text):
        return None
    plain = _without_weekday(text).rstrip(".,").replace(". ", " ").replace("Sept ", "Sep ")
    for form in _FORMATS:
        try:
            found = datetime.strptime(plain, form).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None


def _without_weekday(text: str) -> str:
    first, comma, rest = text.partition(", ")
    return rest if comma and first in _WEEKDAYS else text
