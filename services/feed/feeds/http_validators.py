"""Conditional requests (RFC 9110 §13): whether a client has these very bytes already."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_unchanged(headers: Mapping[str, str], *, etag: str, last_modified: datetime | None) -> bool:
    """Return whether to answer 304; `headers` are the request's, with names in any case that it looks up.

    If-None-Match decides alone when it is there (§13.2.2), by weak comparison.
    """
    given = headers.get("if-none-match")
    if given is not None:
        return given.strip() == "*" or etag.removeprefix("W/") in _ENTITY_TAG.findall(given)
    since = _http_date(headers.get("if-modified-since"))
    return since is not None and last_modified is not None and last_modified <= since


def http_date(moment: datetime) -> str:
    """Return the moment as HTTP writes it (IMF-fixdate)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _http_date(text: str | None) -> datetime | None:
    """Return the moment, or None for what is no date and must be ignored (§13.1.3)."""
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
