"""A trace leads from the request of a publisher through the stream to each attempt at a partner."""

import asyncio
from pathlib import Path

from aiohttp import web

from tests.collector import Collector, a_collector, attributes_of
from tests.conftest import ValkeyServer
from tests.journeys.running import ADMIN_TOKEN, INGEST_TOKEN, newswire
from tests.receiver import Answer, Received, a_receiver

TRACE, CLIENT_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def failing_once() -> Answer:
    answers = [500]

    async def answer(_: Received) -> web.StreamResponse:
        return web.Response(status=answers.pop() if answers else 204)

    return answer


def names(collector: Collector) -> list[str]:
    return sorted(span.name for _, span in collector.spans() if span.trace_id.hex() == TRACE)


async def test_one_trace_leads_from_the_publisher_to_the_partner(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    async with a_collector() as collector, a_receiver() as receiver:
        settings = {"NEWSWIRE_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with newswire(valkey, tmp_path, **settings) as installation:
            receiver.answer = failing_once()
            endpoint = installation.register_endpoint(f"{receiver.url}/hook?key=of-the-partner")
            answer = installation.ingest.post(
                "/articles",
                json={"title": "Überholspur — „naïve“"},
                headers={"traceparent": f"00-{TRACE}-{CLIENT_SPAN}-01"},
            )
            await receiver.wait_for(2)
            await asyncio.to_thread(installation.wait, installation.nothing_waits, "both groups are done")
            installation.ingest.get("/healthz")
            # In a thread: what is told at the very end must find the collector listening.
            await asyncio.to_thread(installation.stop)
    event_id = answer.raise_for_status().json()["event_id"]
    stream = "newswire:{p0}:events"
    assert names(collector) == [
        *("POST /articles", "apply to deliveries", "apply to feeds"),
        *("deliver", "deliver", f"{stream} create"),
    ]
    spans = {span.name: (service, span) for service, span in collector.spans()}
    assert {service for service, _ in collector.spans()} == {"newswire-ingest", "newswire-feed-worker"}
    _, request = spans["POST /articles"]
    _, create = spans[f"{stream} create"]
    assert request.parent_span_id.hex() == CLIENT_SPAN
    assert create.parent_span_id == request.span_id
    for name in ("apply to feeds", "apply to deliveries", "deliver"):
        service, span = spans[name]
        assert service == "newswire-feed-worker"
        assert span.parent_span_id == create.span_id
        assert attributes_of(span)["newswire.event_id"] == event_id
    attempts = [attributes_of(span) for _, span in collector.spans() if span.name == "deliver"]
    told = [(one["newswire.attempt"], one["http.response.status_code"]) for one in attempts]
    assert sorted(told) == [(1, 500), (2, 204)]
    assert {one["newswire.endpoint_id"] for one in attempts} == {endpoint["id"]}
    assert attributes_of(request)["newswire.request_id"] == answer.headers["x-request-id"]
    sent = b"".join(collector.bodies).decode()
    for secret in (ADMIN_TOKEN, INGEST_TOKEN, endpoint["secret"], "of-the-partner"):
        assert secret not in sent
    assert "healthz" not in sent
