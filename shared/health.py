"""`/healthz` and `/readyz`, the same on every service."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

Check = Callable[[], Awaitable[str | None]]
"""Returns what is wrong in one sentence, or None."""


def health_routes(*checks: Check) -> APIRouter:
    """Return the two routes: alive whenever the process answers, ready when no check complains (else 503)."""
    router = APIRouter(tags=["health"])

    # Load balancers ask by HEAD; it stands above, since FastAPI lists a call for each method otherwise.
    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", summary="The service can do its work", responses={503: {}})
    async def readyz() -> Response:
        wrong = [complaint for check in checks if (complaint := await check())]
        if wrong:
            return JSONResponse({"status": "not ready", "reasons": wrong}, 503)
        return JSONResponse({"status": "ready"})

    return router
