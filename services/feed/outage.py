"""Waits for a Redis that cannot work just now."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from redis.exceptions import RedisError

from shared.cancellation import heed_cancellation
from shared.logs import get_logger
from shared.outage import is_outage

log = get_logger(__name__)

T = TypeVar("T")

FAILURES = (RedisError, OSError)
"""What a Redis command may raise."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two tries."""

_TOLD_EVERY = 15
"""So many tries have one line in the log: a long outage must not fill the disk with lines."""


async def through_outages(operation: Callable[[], Awaitable[T]], doing: str) -> T:
    """Return what `operation` returns; while Redis cannot do it, wait and try again. Other errors escape.

    A task that was cancelled meanwhile ends here at the latest.
    """
    pause, tries = _FIRST_PAUSE, 0
    while True:
        try:
            result = await operation()
            heed_cancellation()
        except FAILURES as error:
            if not is_outage(error):
                raise
            tries += 1
            if tries % _TOLD_EVERY == 1:
                log.warning("work.postponed", doing=doing, tries=tries, error=str(error))
        else:
            return result
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@contextmanager
def leaving_undone(event: str, **told: object) -> Iterator[None]:
    """Leave off what an outage prevents, and say so in the log under this name. Other errors escape."""
    try:
        yield
    except FAILURES as error:
        if not is_outage(error):
            raise
        log.warning(event, error=str(error), **told)
