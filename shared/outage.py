"""Tells a Redis that cannot work just now from a mistake of ours, and says so to clients."""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Outages:
    """What clients are told in an outage (`detail`), and in what else of these `kinds` passes by itself."""

    detail: str
    kinds: tuple[type[Exception], ...] = (RedisError,)

    def problem(self, error: Exception, route: str) -> Problem:
        """Return the 503 that says to come again; `route` is the pattern of the path, for the log.

        What Redis complains of otherwise is a mistake of ours, and is raised on.
        """
        if isinstance(error, RedisError) and not is_outage(error):
            raise error
        # The pattern: a path itself may hold the token of a private feed.
        log.warning("redis.unavailable", route=route, error=repr(error))
        return Problem(503, self.detail, headers={"Retry-After": "1"})

    def install(self, app: FastAPI) -> None:
        """Make `app` tell it whenever a route meets an outage."""

        async def unavailable(request: Request, error: Exception) -> JSONResponse:
            route = getattr(request.scope.get("route"), "path", "none")
            return self.problem(error, route).response()

        for kind in self.kinds:
            app.add_exception_handler(kind, unavailable)
