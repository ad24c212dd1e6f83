"""`GET /api/backlog` and `GET /metrics`: the numbers for programs."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from services.feed.operators import OperatorTokens
from services.feed.ops.numbers import Backlog
from services.feed.ops.sampler import Sampler


def ops_routes(sampler: Sampler, *, operators: OperatorTokens, registry: CollectorRegistry) -> APIRouter:
    """Return the routes. The numbers are for operators; the metrics are open to scrapers."""
    router = APIRouter(tags=["operations"])

    @router.get("/api/backlog", summary="What waits, for how long, and how fast it goes")
    async def backlog(request: Request) -> Backlog:
        operators.require(request)
        return await sampler.fresh()

    @router.get("/metrics", summary="The same numbers for Prometheus", response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    return router
