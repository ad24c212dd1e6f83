"""Recognises a line that is a date and nothing else, as pages show it."""

import re
from datetime import date, datetime

_FORMATS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%Y/%m/%d")
_NUMERIC = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_MONTHS_IN_A_YEAR = 12
_LONGEST = 60
FIRST_YEAR, LAST_YEAR = 1500, 2999
"""Outside of these a date is a slip, and midnight at the ends of the calendar has no time in UTC."""

_ANNOUNCED = re.compile(r"(?:published|posted)(?: on)?:? ", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day|\.)?,? ", re.IGNORECASE
)
_TIME = re.compile(
    r"(?:,| at| -)? \d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\b\.?)?(?: [A-Z]{1,4})?$", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)

_VAGUE = re.compile(
    r"""(?:
        (?:jan(?:uary|\.)? | feb(?:ruary|\.)? | mar(?:ch|\.)? | apr(?:il|\.)? | may | june? | july?
          | aug(?:ust|\.)? | sept?(?:ember|\.)? | oct(?:ober|\.)? | nov(?:ember|\.)? | dec(?:ember|\.)?
          | spring | summer | autumn | fall | winter)
        (?:[ ]\d{1,2}[ ]?[-–][ ]?(?:[a-z]{3,9}\.?[ ])?\d{1,2})? ,? [ ]\d{4}
      | \d{1,2}([/.])\d{1,2}\1\d{2,4}
      | (?:\d{1,3}|an?|one)[ ](?:minute|hour|day|week|month|year)s?[ ]ago
      | today | yesterday
    )""",  # noqa: RUF001 - a dash between two days is meant
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


def date_of(text: str) -> date | None:
    """Return the date that the line states (`January 23, 2019`, `06 Feb. 2019`), or None when it is none.

    Numbers alone (`5/31/2014`) count where only one of them can be the month.
    """
    if len(text) > _LONGEST or not any(char.isdigit() for char in text):
        return None
    plain = _plain(text)
    numeric = _NUMERIC.fullmatch(plain)
    found = _by_numbers(numeric) if numeric else _by_words(plain)
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def is_vague_date(text: str) -> bool:
    """Return whether the line says when, but not on which day: `May 2014`, `2 days ago`, `1/2/2014`."""
    return len(text) <= _LONGEST and _VAGUE.fullmatch(text) is not None


def _plain(text: str) -> str:
    """Return the date without what pages write around it: `Published`, the weekday, a time, `th`, commas."""
    for around in (_ANNOUNCED, _WEEKDAY):
        if found := around.match(text):
            text = text[found.end() :]
    text = _ORDINAL.sub("", _TIME.sub("", text)).rstrip(".,")
    return text.replace(". ", " ").replace(", ", " ").replace(",", " ").replace("Sept ", "Sep ")


def _by_words(plain: str) -> date | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    return None


def _by_numbers(numeric: "re.Match[str]") -> date | None:
    first, second, year = (int(number) for number in numeric.groups())
    if first <= _MONTHS_IN_A_YEAR and second <= _MONTHS_IN_A_YEAR and first != second:
        return None
    month, day = (first, second) if first <= _MONTHS_IN_A_YEAR else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None
