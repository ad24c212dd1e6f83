"""Answers to GET and HEAD for bytes that change seldom: 200 or 304, with all headers that caches need."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request, Response

from services.feed.feeds.http_validators import http_date, is_unchanged

FIVE_MINUTES = "public, max-age=300"

_REPEATED_ON_304 = frozenset({"cache-control", "vary", "link", "access-control-allow-origin"})


@dataclass(frozen=True)
class Representation:
    """What can be sent: the body as it goes over the wire, its validators, and its other headers."""

    body: bytes
    media_type: str
    etag: str
    last_modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def etag_of(body: bytes) -> str:
    """Return the strong validator of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def answer(request: Request, found: Representation) -> Response:
    """Return 304 when the client has it already, else all of it (for HEAD: its headers)."""
    headers = {"Cache-Control": FIVE_MINUTES, **found.headers, "ETag": found.etag}
    if found.last_modified is not None:
        headers["Last-Modified"] = http_date(found.last_modified)
    if is_unchanged(request.headers, etag=found.etag, last_modified=found.last_modified):
        validators = {"etag", "last-modified"}
        repeated = {k: v for k, v in headers.items() if k.lower() in validators | _REPEATED_ON_304}
        return Response(status_code=304, headers=repeated)
    headers |= {
        "Content-Type": f"{found.media_type}; charset=utf-8",
        "Content-Length": str(len(found.body)),
        "X-Content-Type-Options": "nosniff",
    }
    return Response(b"" if request.method == "HEAD" else found.body, headers=headers)
