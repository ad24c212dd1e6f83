"""Decides what follows from an attempt: delivered, tried again, given up, or the endpoint is gone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.feed.deliveries.retry_schedule import RetrySchedule

_GONE = 410


class ErrorClass(StrEnum):
    """Why an attempt failed."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    REFUSED_ADDRESS = "refused_address"
    STATUS = "status"


class Trigger(StrEnum):
    """What made an attempt take place."""

    EVENT = "event"
    RETRY = "retry"
    MANUAL = "manual"
    REPLAY = "replay"
    TEST = "test"


@dataclass(frozen=True)
class Exchange:
    """What came of one request: a status unless none arrived, and what was read of the answer's body.

    `error` is None exactly when the exchange succeeded.
    """

    duration_ms: int
    status: int | None = None
    error: ErrorClass | None = None
    detail: str | None = None
    excerpt: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True)
class RetryLater:
    """It failed and is tried again at this time."""

    at: datetime


@dataclass(frozen=True)
class GiveUp:
    """It failed for the last time and is dead until somebody retries it."""


@dataclass(frozen=True)
class EndpointGone:
    """The receiver wants nothing any more (410); if the endpoint is resumed, the delivery goes on at `at`."""

    at: datetime | None


Outcome = Delivered | RetryLater | GiveUp | EndpointGone


def decide(
    exchange: Exchange,
    schedule: RetrySchedule,
    *,
    steps_taken: int,
    now: datetime,
    jitter: float,
) -> Outcome:
    """Return what follows from `exchange`, by `schedule` of which `steps_taken` waits lie behind."""
    if exchange.error is None:
        return Delivered()
    at = schedule.next_attempt(steps_taken, now, jitter=jitter, retry_after=exchange.retry_after)
    if exchange.status == _GONE:
        return EndpointGone(at)
    return GiveUp() if at is None else RetryLater(at)
