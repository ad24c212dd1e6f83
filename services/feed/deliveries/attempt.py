"""One try to deliver: when, how it went, what the receiver answered; and the short form in which it is kept.

There are millions of them, so names are left out of what is stored, and the empty end of it.
"""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import AwareDatetime

from services.feed.deliveries.outcome import ErrorClass, Trigger
from shared.article import Frozen
from shared.timestamps import epoch_ms, from_epoch_ms

_FIELDS = 7


class Attempt(Frozen):
    """One try; `excerpt` is the beginning of the answer's body."""

    number: int
    at: AwareDatetime
    trigger: Trigger
    duration_ms: int
    status: int | None = None
    error: ErrorClass | None = None
    detail: str | None = None
    excerpt: str | None = None


def stored_attempt(attempt: Attempt) -> str:
    """Return the attempt as it is kept; its number is its place in the list."""
    kept: list[Any] = [
        epoch_ms(attempt.at),
        attempt.trigger,
        attempt.duration_ms,
        attempt.status,
        attempt.error,
        attempt.detail,
        attempt.excerpt,
    ]
    while kept[-1] is None or kept[-1] == "":
        kept.pop()
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def attempts_from(stored: Iterable[bytes]) -> tuple[Attempt, ...]:
    """Return all attempts of a delivery from what is kept of them, the oldest first."""
    return tuple(_attempt(number, json.loads(text)) for number, text in enumerate(stored, 1))


def _attempt(number: int, kept: list[Any]) -> Attempt:
    at, trigger, duration_ms, status, error, detail, excerpt = kept + [None] * (_FIELDS - len(kept))
    return Attempt(
        number=number,
        at=from_epoch_ms(at),
        trigger=Trigger(trigger),
        duration_ms=duration_ms,
        status=status,
        error=error,
        detail=detail,
        excerpt=excerpt,
    )
