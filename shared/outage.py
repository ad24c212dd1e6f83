"""Tells a Redis that cannot work just now from a mistake of ours, and says so to clients."""

import re

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from shared.logs import get_logger
from shared.problems import Problem
from shared.redis_connection import UNREACHABLE

log = get_logger(__name__)

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


def answer_503_in_outages(app: FastAPI, detail: str, *more: type[Exception]) -> None:
    """Make `app` tell its clients to come again when a route meets an outage, or one of `more`.

    What Redis complains of otherwise is a mistake of ours: it escapes, and is a 500.
    """

    async def unavailable(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, RedisError) and not is_outage(error):
            raise error
        # The pattern: a path itself may hold the token of a private feed.
        route = getattr(request.scope.get("route"), "path", "none")
        log.warning("redis.unavailable", route=route, error=repr(error))
        return Problem(503, detail, headers={"Retry-After": "1"}).response()

    kinds: tuple[type[Exception], ...] = (RedisError, *more)
    for kind in kinds:
        app.add_exception_handler(kind, unavailable)
