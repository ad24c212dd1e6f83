"""What operators and integrators look at: metrics, and the documentation of the events."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.ingest.asyncapi import asyncapi_document
from services.ingest.metrics import CONTENT_TYPE, Metrics
from shared.api_docs import asyncapi_page, page_headers


def service_routes(metrics: Metrics, version: str, partitions: int) -> APIRouter:
    """Return the routes; the events are described once, since they stay the same while the process runs."""
    router = APIRouter(tags=["service"])
    events = asyncapi_document(version, partitions)
    page = asyncapi_page(events)

    @router.head("/metrics", include_in_schema=False)
    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def read_metrics() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    @router.head("/asyncapi", include_in_schema=False)
    @router.get("/asyncapi", summary="The events, for people", response_class=HTMLResponse)
    async def read_asyncapi_page() -> HTMLResponse:
        return HTMLResponse(page, headers=page_headers())

    @router.head("/asyncapi.json", include_in_schema=False)
    @router.get("/asyncapi.json", summary="The events, for programs (AsyncAPI 3.0)")
    async def read_asyncapi() -> dict[str, Any]:
        return events

    return router
