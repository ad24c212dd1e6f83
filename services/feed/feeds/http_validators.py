"""Conditional requests (RFC 9110 §13): which entity tags and which date a client names. Pure."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime

ANY = frozenset({"*"})
"""What `*` names: whatever there is. No entity tag looks like it."""

_TAG = r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")'
_TAGS = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_ONE_TAG = re.compile(_TAG)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DATE_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
"""IMF-fixdate, RFC 850 and asctime (RFC 9110 §5.6.7)."""

_CENTURY = 100
_YEARS_AHEAD = 50


def entity_tags(value: str) -> frozenset[str]:
    """Return the tags of an If-None-Match, without the mark of weakness: comparison is weak (§13.1.2).

    None of a value that is malformed: then everything is sent.
    """
    if value.strip() == "*":
        return ANY
    return frozenset(_ONE_TAG.findall(value)) if _TAGS.fullmatch(value) else frozenset()


def http_date(moment: datetime) -> str:
    """Return the moment as HTTP writes it (IMF-fixdate)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def read_http_date(text: str, now: datetime) -> datetime | None:
    """Return the moment that one of HTTP's three forms names, or None for what must be ignored (§13.1.3).

    A year of two digits that seems to lie more than fifty years ahead of `now` is one of the past.
    """
    match = next((match for form in _DATE_FORMS if (match := form.fullmatch(text.strip()))), None)
    if match is None:
        return None
    year = int(match["year"])
    if len(match["year"]) == len("94"):
        year += now.year - now.year % _CENTURY
        year -= _CENTURY if year > now.year + _YEARS_AHEAD else 0
    month = 1 + _MONTHS.index(match["month"])
    hour, minute, second = (int(match[part]) for part in ("hour", "minute", "second"))
    try:
        return datetime(year, month, int(match["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
