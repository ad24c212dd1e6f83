"""Says to clients that Redis cannot work just now."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from shared.logs import get_logger
from shared.outage import is_outage
from shared.problems import Problem

log = get_logger(__name__)


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
