"""What follows from an attempt."""

from datetime import timedelta

import pytest

from services.feed.deliveries.outcome import (
    Delivered,
    EndpointGone,
    ErrorClass,
    Exchange,
    GiveUp,
    Outcome,
    RetryLater,
    decide,
)
from services.feed.deliveries.retry_schedule import RetrySchedule
from tests.builders import NOON

SCHEDULE = RetrySchedule((10.0, 20.0))


def failed(status: int | None = None, error: ErrorClass = ErrorClass.STATUS) -> Exchange:
    return Exchange(duration_ms=3, status=status, error=error)


@pytest.mark.parametrize(
    ("exchange", "steps_taken", "outcome"),
    [
        (Exchange(duration_ms=3, status=204), 0, Delivered()),
        (failed(500), 0, RetryLater(NOON + timedelta(seconds=10))),
        (failed(302), 1, RetryLater(NOON + timedelta(seconds=20))),
        (failed(500), 2, GiveUp()),
        (failed(error=ErrorClass.TIMEOUT), 0, RetryLater(NOON + timedelta(seconds=10))),
        (failed(error=ErrorClass.REFUSED_ADDRESS), 2, GiveUp()),
        (failed(410), 0, EndpointGone(NOON + timedelta(seconds=10))),
        (failed(410), 2, EndpointGone(None)),
    ],
)
def test_an_exchange_leads_to_its_outcome(exchange: Exchange, steps_taken: int, outcome: Outcome) -> None:
    assert decide(exchange, SCHEDULE, steps_taken=steps_taken, now=NOON, jitter=0.5) == outcome
