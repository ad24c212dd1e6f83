"""What one look at an endpoint's queue and statistics shows (Redis): a single script for each endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from redis.asyncio.client import Pipeline

from services.feed.deliveries.delivery import DeliveryStatus
from shared import keys
from shared.timestamps import epoch_ms

_LOOK = """
-- KEYS: due, leased, status:retrying, status:dead, statistics, latencies
-- ARGV: now, how many attempts had been made when the latencies were last read
local known = redis.call('HMGET', KEYS[5], 'last_success_at', 'failures_in_a_row', 'attempts')
local attempts = known[3] or '0'
return {redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[1]),
  redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '', redis.call('ZCARD', KEYS[2]),
  redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4]), known[1] or '', known[2] or '', attempts,
  attempts ~= ARGV[2] and redis.call('LRANGE', KEYS[6], 0, -1)}
"""


@dataclass(frozen=True)
class LatestAttempts:
    """What an endpoint's latest attempts come to, None without any; `made` is how many there ever were."""

    made: int
    success_rate: float | None
    p50_ms: int | None
    p95_ms: int | None


@dataclass(frozen=True)
class EndpointReading:
    """An endpoint at one moment; times are in ms since 1970."""

    past_due: int
    first_due: int | None
    in_hand: int
    retrying: int
    dead: int
    last_success: int | None
    failures_in_a_row: int
    latest: LatestAttempts


def ask(pipe: "Pipeline", endpoint_id: str, now: datetime, known: LatestAttempts | None = None) -> None:
    """Add the look at an endpoint to a pipeline; attempts that are `known` are not read again."""
    names = (
        keys.endpoint_due(endpoint_id),
        keys.endpoint_leased(endpoint_id),
        keys.endpoint_status(endpoint_id, DeliveryStatus.RETRYING),
        keys.endpoint_status(endpoint_id, DeliveryStatus.DEAD),
        keys.endpoint_statistics(endpoint_id),
        keys.endpoint_latencies(endpoint_id),
    )
    pipe.eval(_LOOK, len(names), *names, epoch_ms(now), "" if known is None else known.made)


def answer(reply: Sequence[Any], known: LatestAttempts | None = None) -> EndpointReading:
    """Return what the look at an endpoint showed; `known` as it was when it was asked."""
    past_due, first_due, in_hand, retrying, dead, last_success, failures, made, attempts = reply
    return EndpointReading(
        past_due=past_due,
        first_due=int(float(first_due)) if first_due else None,
        in_hand=in_hand,
        retrying=retrying,
        dead=dead,
        last_success=int(last_success) if last_success else None,
        failures_in_a_row=int(failures or 0),
        latest=known if attempts is None and known is not None else _latest(int(made), attempts or ()),
    )


def _latest(made: int, attempts: Sequence[bytes]) -> LatestAttempts:
    pairs = [entry.split(b":") for entry in attempts]
    durations = sorted(int(duration) for _, duration in pairs)
    succeeded = sum(succeeded == b"1" for succeeded, _ in pairs)
    rate = succeeded / len(pairs) if pairs else None
    return LatestAttempts(made, rate, percentile(durations, 50), percentile(durations, 95))


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """Return the smallest value that at least `percent` of all do not exceed (nearest rank), None of none."""
    return ascending[ceil(len(ascending) * percent / 100) - 1] if ascending else None
