"""Tells a Redis that cannot work just now from a mistake of ours."""

import re

from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from shared.redis_connection import UNREACHABLE

_REFUSALS = (OutOfMemoryError, ReadOnlyError, MasterDownError, ClusterDownError, TryAgainError)
_REFUSAL = re.compile(
    # What fails in a pipeline is told by redis-py with the command in front.
    r"(?:Command # \d+ .* of pipeline caused error: \W*)?(?:MISCONF|NOREPLICAS|BUSY)\b",
    re.DOTALL,
)
"""For these answers redis-py has no class."""


def is_outage(error: BaseException) -> bool:
    """Tell whether the same command may well succeed later: Redis is away, full, or takes no writes."""
    if isinstance(error, (*UNREACHABLE, *_REFUSALS)):
        return True
    return isinstance(error, ResponseError) and _REFUSAL.match(str(error)) is not None
