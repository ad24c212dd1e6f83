"""One attempt from its lease to its end: sign, send, decide, write down, and one line in the log."""

import random
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from services.feed.deliveries import breaker
from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus
from services.feed.deliveries.lease import Finish, Lease
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
from services.feed.deliveries.payload import TEST_EVENT
from services.feed.deliveries.recorder import Recorder
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.sender import Sender
from services.feed.deliveries.signature import signed_headers
from services.feed.deliveries.turn import Recorded
from services.feed.measures.names import Reached
from services.feed.measures.tally import Tally
from services.feed.outage import through_outages
from shared.clock import Clock
from shared.logs import get_logger
from shared.timestamps import rfc3339
from shared.tracing import tracing

log = get_logger(__name__)

GONE = "The receiver answered 410 Gone."

_ONCE = RetrySchedule(steps=())
"""A test is about this moment: it is not tried again by itself."""

_BODY_LOST = Exchange(0, error=ErrorClass.CONNECT, detail="nothing was sent: the event's body is not stored")


class Attempting:
    """Makes attempts; everything it needs for that is given once."""

    def __init__(
        self,
        sender: Sender,
        recorder: Recorder,
        registry: Registry,
        clock: Clock,
        schedule: RetrySchedule,
        *,
        tally: Tally,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._sender = sender
        self._recorder = recorder
        self._registry = registry
        self._clock = clock
        self._schedule = schedule
        self._tally = tally
        self._jitter = jitter

    async def attempt(self, lease: Lease, endpoint: Endpoint, body: bytes | None) -> None:
        """Make one attempt and store what became of it."""
        started = self._clock.now()
        exchange = await self._exchange(lease, endpoint, body, started)
        finished = self._clock.now()
        outcome = decide(
            exchange,
            _ONCE if lease.event_type == TEST_EVENT else self._schedule,
            steps_taken=lease.steps_taken,
            now=finished,
            jitter=self._jitter(),
        )
        if isinstance(outcome, EndpointGone):
            await self._disable(endpoint, GONE)
        status, next_at = _follows(outcome)
        finish = Finish(lease, _attempt(lease, exchange, started), status, next_at, finished)
        recorded = await self._recorder.record(finish)
        self._count(lease, outcome, recorded)
        _tell(endpoint, finish, outcome, recorded=recorded is not None)
        _trace(endpoint, finish, outcome)
        too_long = recorded and breaker.complaint(recorded.failing_since, finished)
        if too_long:
            await self._disable(endpoint, too_long)

    def _count(self, lease: Lease, outcome: Outcome, recorded: Recorded | None) -> None:
        self._tally.attempted(type(outcome).__name__)
        if recorded and recorded.arrived_from and lease.event_type != TEST_EVENT:
            self._tally.arrived(Reached.PARTNER, recorded.arrived_from)

    async def _exchange(
        self, lease: Lease, endpoint: Endpoint, body: bytes | None, now: datetime
    ) -> Exchange:
        if body is None:
            return _BODY_LOST
        signed = signed_headers(endpoint.signing_keys(now), lease.event_id, int(now.timestamp()), body)
        return await self._sender.send(endpoint.url, endpoint.headers | signed, body)

    async def _disable(self, endpoint: Endpoint, reason: str) -> None:
        def disabled(known: Endpoint) -> Endpoint:
            # An operator who paused it or gave it another address meanwhile is not overruled.
            meant = known.status is EndpointStatus.ACTIVE and known.url == endpoint.url
            return known.with_status(EndpointStatus.DISABLED, reason) if meant else known

        await through_outages(
            lambda: self._registry.change_endpoint(endpoint.id, disabled), "disabling an endpoint"
        )
        log.warning("endpoint.disabled", endpoint_id=endpoint.id, reason=reason)


def _follows(outcome: Outcome) -> tuple[DeliveryStatus, datetime | None]:
    match outcome:
        case Delivered():
            return DeliveryStatus.DELIVERED, None
        case RetryLater(at) | EndpointGone(datetime() as at):
            return DeliveryStatus.RETRYING, at
        case GiveUp() | EndpointGone():
            return DeliveryStatus.DEAD, None


def _attempt(lease: Lease, exchange: Exchange, started: datetime) -> Attempt:
    return Attempt(
        number=lease.attempts + 1,
        at=started,
        trigger=lease.trigger,
        duration_ms=exchange.duration_ms,
        status=exchange.status,
        error=exchange.error,
        detail=exchange.detail,
        excerpt=exchange.excerpt,
    )


def _tell(endpoint: Endpoint, finish: Finish, outcome: Outcome, *, recorded: bool) -> None:
    log.info(
        "delivery.attempted",
        delivery_id=finish.lease.delivery_id,
        endpoint_id=endpoint.id,
        host=urlsplit(endpoint.url).hostname,  # of some partners' addresses the path is the secret
        event_id=finish.lease.event_id,
        request_id=finish.lease.trail.request_id or None,
        attempt=finish.attempt.number,
        trigger=finish.attempt.trigger.value,
        status=finish.attempt.status,
        error=finish.attempt.error and finish.attempt.error.value,
        duration_ms=finish.attempt.duration_ms,
        outcome=type(outcome).__name__,
        next_at=finish.next_at and rfc3339(finish.next_at),
        recorded=recorded,
    )


def _trace(endpoint: Endpoint, finish: Finish, outcome: Outcome) -> None:
    attempt = finish.attempt
    tracing.record(
        "deliver",
        parent=finish.lease.trail.traceparent,
        begun=attempt.at,
        ended=finish.finished_at,
        attributes={
            "newswire.event_id": finish.lease.event_id,
            "newswire.delivery_id": finish.lease.delivery_id,
            "newswire.endpoint_id": endpoint.id,
            "newswire.attempt": attempt.number,
            "newswire.outcome": type(outcome).__name__,
            "server.address": urlsplit(endpoint.url).hostname or "",
            "http.response.status_code": attempt.status or 0,
        },
        failed=attempt.error and attempt.error.value,
        calls_out=True,
    )
