"""A collector of traces: a real HTTP server that holds OTLP's JSON against the official schema."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_IDS = {"traceId", "spanId", "parentSpanId"}


@dataclass
class Collector:
    """What came; `answers` are the statuses to give next, 200 after the last one."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[tuple[str, Span]]:
        """Return every span with the name of the service that sent it."""
        return [
            (service.value.string_value, span)
            for request in self.requests
            for one in request.resource_spans
            for service in one.resource.attributes
            if service.key == "service.name"
            for scope in one.scope_spans
            for span in scope.spans
        ]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        assert request.path == "/v1/traces"
        assert request.content_type == "application/json"
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.bodies.append(await request.read())
            # Fields or types that the schema does not know make this fail, and the answer a 500.
            body = _with_bytes(await request.json())
            self.requests.append(ParseDict(body, ExportTraceServiceRequest()))
        return web.json_response({}, status=status)


def attributes_of(span: Span) -> dict[str, Any]:
    """Return a span's attributes as values of Python."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}


def _with_bytes(value: Any) -> Any:
    """Return OTLP's JSON as protobuf's own: there ids are base64, here hexadecimal."""
    if isinstance(value, list):
        return [_with_bytes(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(part)).decode() if name in _IDS else _with_bytes(part)
        for name, part in value.items()
    }


@asynccontextmanager
async def a_collector() -> AsyncIterator[Collector]:
    """Run a collector on a free port of 127.0.0.1."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/{tail:.*}", collector._take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()
