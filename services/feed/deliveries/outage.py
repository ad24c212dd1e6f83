"""Tells a Redis that cannot work just now from a mistake of ours, and waits for the former to pass."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from shared.cancellation import heed_cancellation
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE

log = get_logger(__name__)

T = TypeVar("T")

FAILURES = (RedisError, OSError)
"""What a Redis command may raise."""

_PASSING = ("OOM", "MISCONF", "NOREPLICAS", "BUSY", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two tries."""


def is_outage(error: BaseException) -> bool:
    """Tell whether the same command may well succeed later: Redis is away, full, or takes no writes."""
    if isinstance(error, (*UNREACHABLE, OutOfMemoryError, ReadOnlyError)):
        return True
    return isinstance(error, ResponseError) and str(error).startswith(_PASSING)


async def through_outages(operation: Callable[[], Awaitable[T]], doing: str) -> T:
    """Return what `operation` returns; while Redis cannot do it, wait and try again. Other errors escape.

    A task that was cancelled meanwhile ends here at the latest.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            result = await operation()
            heed_cancellation()
        except FAILURES as error:
            if not is_outage(error):
                raise
            log.warning("delivery.postponed", doing=doing, error=str(error))
        else:
            return result
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
