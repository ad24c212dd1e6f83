"""`GET /api/backlog/history`: the backlog over time, as the dashboard draws it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, TypeAdapter

from services.feed.ops.curve_store import COARSE, FINE, CurveStore
from services.feed.ops.curves import Curves
from shared.clock import Clock
from shared.problems import Problem

_HOUR = timedelta(hours=1)
_AS_JSON = TypeAdapter(Curves).dump_json
_STEPS = {step.seconds: step for step in (FINE, COARSE)}

Since = Annotated[AwareDatetime | None, Query(description="From when; without it, an hour before `until`.")]
Until = Annotated[AwareDatetime | None, Query(description="Until when; without it, until now.")]
StepSeconds = Annotated[
    Literal["10", "60"] | None,
    Query(
        description="10 is kept for 6 hours, 60 for 7 days; without it, the finest that reaches back so far."
    ),
]


def curve_routes(store: CurveStore, clock: Clock, require: Callable[[Request], object]) -> APIRouter:
    """Return the route; `require` raises the 401 for who may not see the numbers."""
    router = APIRouter(tags=["operations"])

    @router.get(
        "/api/backlog/history",
        summary="What waited, and how fast it went, over time",
        response_model=Curves,
        response_class=Response,
    )
    async def history(
        request: Request, since: Since = None, until: Until = None, step: StepSeconds = None
    ) -> Response:
        require(request)
        end = until or clock.now()
        begin = since or end - _HOUR
        if begin >= end:
            raise Problem(422, "`since` must be before `until`.")
        found = await store.read(begin, end, None if step is None else _STEPS[int(step)])
        # A week of them is a megabyte: made elsewhere, so that other requests go on meanwhile.
        return Response(await asyncio.to_thread(_AS_JSON, found), media_type="application/json")

    return router
