"""`/ops/audit`: what is being done and what was done, by whom, when, and to how many."""

import re

from fastapi import APIRouter, Request, Response

from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute

_ON_A_PAGE = 100
_ENTRY_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)


def audit_pages(parts: DeskParts) -> APIRouter:
    """Return the page's route."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/audit")
    async def audit(request: Request) -> Response:
        visitor = await parts.visitor(request)
        after = request.query_params.get("cursor", "")
        return parts.page(
            request,
            "audit.html",
            visitor,
            live=True,
            backlog=parts.sampler.latest(),
            found=await parts.audit.page(after if _ENTRY_ID.fullmatch(after) else None, _ON_A_PAGE),
            errands=[errand for errand in await parts.errands.latest() if not errand.over],
        )

    return router
