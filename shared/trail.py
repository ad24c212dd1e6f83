"""What ties together everything that one request leads to, in whichever process: it travels with the event.

In the headers of messages there may be ASCII alone: FastStream counts their characters and writes bytes.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType

import uuid_utils

REQUEST_ID_HEADER = "x-request-id"
TRACEPARENT_HEADER = "traceparent"

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
"""As short as a value may be for a small hash of Redis to stay small, and nothing that could forge a line."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""https://www.w3.org/TR/trace-context/#traceparent-header"""


@dataclass(frozen=True)
class Trail:
    """The request that began it, and the span of its trace that led here; empty where there is none."""

    request_id: str = ""
    traceparent: str = ""

    def headers(self) -> dict[str, str]:
        """Return what a message bears of it."""
        named = {REQUEST_ID_HEADER: self.request_id, TRACEPARENT_HEADER: self.traceparent}
        return {name: value for name, value in named.items() if value}


NO_TRAIL = Trail()

_answered: ContextVar[str] = ContextVar("answered", default="")
_carried: ContextVar[Mapping[str, Trail]] = ContextVar("carried", default=MappingProxyType({}))


def trail_in(headers: Mapping[str, object]) -> Trail:
    """Return the trail in the headers of a message; what is not as it should be is left out."""
    request_id = str(headers.get(REQUEST_ID_HEADER, ""))
    traceparent = str(headers.get(TRACEPARENT_HEADER, ""))
    return Trail(
        request_id if _REQUEST_ID.fullmatch(request_id) else "",
        traceparent if _TRACEPARENT.fullmatch(traceparent) else "",
    )


def request_id_for(given: str) -> str:
    """Return the id that a client gave its request when it is fit for that, else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else f"req_{uuid_utils.uuid4().hex[:16]}"


@contextmanager
def answering(request_id: str) -> Iterator[None]:
    """Let whatever runs inside know the id of the request, and every line of the log bear it."""
    token = _answered.set(request_id)
    try:
        yield
    finally:
        _answered.reset(token)


def current_request_id() -> str:
    """Return the id of the request that is being answered, empty outside of one."""
    return _answered.get()


@contextmanager
def carrying(trails: Mapping[str, Trail]) -> Iterator[None]:
    """Let whatever runs inside know the trails of these events, by their ids."""
    token = _carried.set(trails)
    try:
        yield
    finally:
        _carried.reset(token)


def trail_of(event_id: str) -> Trail:
    """Return the trail of an event that is being carried."""
    return _carried.get().get(event_id, NO_TRAIL)
