"""Permanent names: of articles, of events, and the URI by which the outside knows an article."""

import re
from datetime import datetime

import uuid_utils

_URI = re.compile(r"^(urn|tag):", re.IGNORECASE)


def _uuid7(now: datetime) -> uuid_utils.UUID:
    """Return a UUID that sorts by `now` (RFC 9562, version 7)."""
    return uuid_utils.uuid7(nanoseconds=int(now.timestamp() * 1_000_000) * 1000)


def new_article_id(now: datetime) -> str:
    """Return a new `urn:uuid:…`; ids sort by the time at which their articles were first seen."""
    return f"urn:uuid:{_uuid7(now)}"


def new_event_id(now: datetime) -> str:
    """Return a new event id, `evt_` and 32 hexadecimal digits, without the `.` that signatures split at."""
    return f"evt_{_uuid7(now).hex}"


def article_uri(article_id: str) -> str:
    """Return the article's permanent URI, as Atom requires of an `id` (RFC 4287 §4.2.6).

    Ids made by the service are URIs already. A caller's own id becomes a `tag:` URI (RFC 4151) that does not
    depend on where the service runs, so that moving it makes no item new.
    """
    return article_id if _URI.match(article_id) else f"tag:newswire,2026:{article_id}"
