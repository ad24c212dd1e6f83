"""What stands behind one address, and the answers to GET and HEAD for it, with all that caches need.

Every header is written once per representation, not once per request.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request, Response

from services.feed.feeds.content_coding import CODINGS, IDENTITY, acceptable_codings
from services.feed.feeds.http_validators import ANY, entity_tags, http_date, read_http_date
from shared.clock import Clock, SystemClock
from shared.problems import Problem

FIVE_MINUTES = "public, max-age=300"
FOR_ONE_READER = "private, no-store"
"""For what only those know who know its address: no cache on the way may keep it."""

FOR_EVERYONE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
}
"""Lets readers that run in a browser, on any site, have the bytes and use the validators."""

_LEFT_OUT_OF_304 = frozenset({"content-security-policy", "referrer-policy", "x-frame-options"})

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Representation:
    """Finished bytes and what goes along with them.

    `etag` is that of the plain bytes. `encoded` holds them in other content codings, by the coding's name;
    who has some, now or later, sends `Vary: Accept-Encoding` along in `headers`.
    """

    body: bytes
    media_type: str
    etag: str
    last_modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cache_control: str = FIVE_MINUTES
    encoded: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One finished answer: status, header fields in lower case, and the body, which is not sent to HEAD.

    `header_lines` are the same fields as HTTP/1.1 writes them.
    """

    status: int
    headers: tuple[Header, ...]
    header_lines: bytes
    body: bytes


def etag_of(body: bytes) -> str:
    """Return the strong validator of a body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def etag_in(etag: str, coding: str) -> str:
    """Return the validator of the same body in a content coding."""
    return etag if coding == IDENTITY else f'{etag[:-1]}-{coding}"'


class Answers:
    """All answers that one representation can give.

    `seen_at` is when it was last seen to be current, by the clock that its Last-Modified is from.
    """

    def __init__(self, found: Representation, clock: Clock, *, seen_at: datetime | None = None) -> None:
        self._clock = clock
        modified = found.last_modified and found.last_modified.replace(microsecond=0)
        # A date after the answer's own must not be sent (RFC 9110 §8.8.2.1); it may be one second ahead. Nor
        # may one that had not come when this was last seen to be current: others may have got it meanwhile.
        shown = modified and min(modified, clock.now(), seen_at or modified)
        self.dated_ahead = shown != modified
        self._last_modified = modified
        bodies = {**found.encoded, IDENTITY: found.body}
        self._tags = {coding: etag_in(found.etag, coding) for coding in CODINGS}
        self._unchanged = {
            coding: _answer(304, _validators(found, tag, shown), b"") for coding, tag in self._tags.items()
        }
        self._whole = {
            coding: _answer(200, _all_headers(found, self._tags[coding], shown, coding, body), body)
            for coding, body in bodies.items()
        }

    @property
    def codings(self) -> Iterable[str]:
        """The content codings in which there are bytes."""
        return self._whole.keys()

    def to(self, headers: Iterable[Header]) -> Answer | None:
        """Return the answer to a request with these headers (names in lower case).

        None when the client refuses every coding that is there, the plain bytes included.
        """
        encodings = tags = since = None
        for name, value in headers:
            if name == b"accept-encoding":
                encodings = value if encodings is None else encodings + b"," + value
            elif name == b"if-none-match":
                tags = value if tags is None else tags + b"," + value
            elif name == b"if-modified-since":
                since = value
        acceptable = acceptable_codings(None if encodings is None else encodings.decode("latin-1"))
        coding = next((coding for coding in acceptable if coding in self._whole), None)
        if coding is None:
            return None
        # If-None-Match decides alone when it is there (§13.2.2).
        if tags is not None:
            return self._by_tag(tags.decode("latin-1"), coding, acceptable)
        if since is not None and self._is_unchanged_since(since.decode("latin-1")):
            return self._unchanged[coding]
        return self._whole[coding]

    def _by_tag(self, value: str, coding: str, acceptable: tuple[str, ...]) -> Answer:
        """Return 304 to who holds these bytes in whatever coding it accepts, under the tag of that coding.

        So nobody loads a feed again only because a better coding of the same bytes has been made meanwhile.
        """
        if value == self._tags[coding]:
            return self._unchanged[coding]
        named = entity_tags(value)
        if named is ANY:
            return self._unchanged[coding]
        for held in acceptable:
            if self._tags[held] in named:
                return self._unchanged[held]
        return self._whole[coding]

    def _is_unchanged_since(self, value: str) -> bool:
        # A date that is yet to come is none that we gave: who sends it has a clock that is fast, and would
        # miss whatever changes until then.
        now = self._clock.now()
        since = read_http_date(value, now)
        return since is not None and self._last_modified is not None and self._last_modified <= since <= now


def answer(request: Request, found: Representation, clock: Clock | None = None) -> Response:
    """Return 304 when the client has it already, else all of it (for HEAD: its headers).

    Raises a 406 `Problem` for a client that refuses every coding there is, the plain bytes included.
    """
    return response(request, Answers(found, clock or SystemClock()))


def response(request: Request, answers: Answers) -> Response:
    """Return what these answers say to a request; raises the same."""
    given = answers.to(request.headers.raw)
    if given is None:
        raise not_acceptable(answers.codings)
    made = Response(b"" if request.method == "HEAD" else given.body, given.status)
    made.raw_headers = list(given.headers)
    return made


def not_acceptable(codings: Iterable[str]) -> Problem:
    """Return the 406 that says in which content codings something can be had."""
    offered = ", ".join(codings)
    return Problem(406, f"This can be had in these content codings: {offered}.", headers=FOR_EVERYONE)


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    raw = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())
    return Answer(status, raw, b"".join(b"%b: %b\r\n" % field for field in raw), body)


def _validators(found: Representation, etag: str, last_modified: datetime | None) -> dict[str, str]:
    """Return what a 304 repeats (§15.4.5), and what a browser needs to show it to a script."""
    kept = {name: value for name, value in found.headers.items() if name.lower() not in _LEFT_OUT_OF_304}
    dated = {"Last-Modified": http_date(last_modified)} if last_modified else {}
    return {"Cache-Control": found.cache_control, **kept, "ETag": etag, **dated}


def _all_headers(
    found: Representation, etag: str, last_modified: datetime | None, coding: str, body: bytes
) -> dict[str, str]:
    return {
        **_validators(found, etag, last_modified),
        **found.headers,
        **({} if coding == IDENTITY else {"Content-Encoding": coding}),
        "Content-Type": f"{found.media_type}; charset=utf-8",
        "Content-Length": str(len(body)),
        "X-Content-Type-Options": "nosniff",
    }
