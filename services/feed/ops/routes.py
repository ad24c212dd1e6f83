"""`GET /api/backlog`, `GET /metrics` and the dashboard at `GET /ops`."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from services.feed.ops.access import require_admin_in_browser
from services.feed.ops.dashboard import STYLESHEET, dashboard_page
from services.feed.ops.numbers import Backlog
from services.feed.ops.sampler import Sampler
from shared.tokens import require_bearer

_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_REFRESH_SECONDS = 5


def ops_routes(sampler: Sampler, *, admin_token: str, registry: CollectorRegistry) -> APIRouter:
    """Return the routes. Numbers and page need the admin token; the metrics are open to scrapers."""
    router = APIRouter(tags=["operations"])

    @router.get("/api/backlog", summary="What waits, for how long, and how fast it goes")
    async def backlog(request: Request) -> Backlog:
        require_bearer(request, admin_token)
        return await sampler.fresh()

    @router.get("/metrics", summary="The same numbers for Prometheus")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    @router.get("/ops", summary="The same numbers for people", response_class=Response)
    async def ops(request: Request) -> Response:
        require_admin_in_browser(request, admin_token)
        refreshing = request.query_params.get("refresh") != "off"
        headers = dict(_PAGE_HEADERS)
        if refreshing:
            # As a header, not as an element of the page: the page offers a way to stop it.
            headers["Refresh"] = str(_REFRESH_SECONDS)
        page = dashboard_page(sampler.latest(), refresh_seconds=_REFRESH_SECONDS if refreshing else None)
        return Response(page, media_type="text/html", headers=headers)

    @router.get("/ops/style.css", include_in_schema=False)
    async def style() -> Response:
        return Response(STYLESHEET, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    return router
