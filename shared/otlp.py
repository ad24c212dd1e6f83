"""Sends spans to a collector: OTLP over HTTP in its JSON form.

https://opentelemetry.io/docs/specs/otlp/#otlphttp and #json-protobuf-encoding - ids in hexadecimal, 64-bit
numbers as text, enumerations as numbers. OpenTelemetry's own exporter would bring protobuf, requests and ten
more packages for this.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import httpx
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import INVALID_SPAN_CONTEXT

from shared.logs import get_logger

log = get_logger(__name__)

_TRY_AGAIN_AT = frozenset({429, 502, 503, 504})
"""The statuses at which the specification asks for another try."""

_PAUSES = (0.5, 2.0)
_TIMEOUT = 2.0
_ROOT_KINDS = 1
"""OTLP counts the kinds of spans from 1, OpenTelemetry's own from 0."""


class OtlpExporter(SpanExporter):
    """Called in a thread of the SDK's. What cannot be sent after some tries is dropped, and said to be."""

    def __init__(self, endpoint: str) -> None:
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        # The collector stands beside the services: no proxy from the environment leads there.
        self._http = httpx.Client(timeout=_TIMEOUT, trust_env=False)
        self._ending = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some spans; tells whether the collector took them."""
        body = request_body(spans)
        failure = self._send(body)
        for pause in _PAUSES:
            if failure is None or self._ending.wait(pause):
                break
            failure = self._send(body)
        if failure is None:
            return SpanExportResult.SUCCESS
        log.warning("spans.dropped", spans=len(spans), reason=failure)
        return SpanExportResult.FAILURE

    def _send(self, body: Mapping[str, Any]) -> str | None:
        """Return why it should be tried again, or None when that is settled."""
        try:
            answer = self._http.post(self._url, json=body)
        except httpx.TransportError as error:
            return f"the collector does not answer: {error}"
        if answer.is_success:
            return None
        if answer.status_code in _TRY_AGAIN_AT:
            return f"the collector answered {answer.status_code}"
        log.warning("spans.refused", status=answer.status_code)
        return None

    def hurry(self) -> None:
        """Try everything only once from now on: the process is about to end."""
        self._ending.set()

    def shutdown(self) -> None:
        """Let the connections go."""
        self._http.close()


def request_body(spans: Iterable[ReadableSpan]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest; all spans are of one process."""
    ordered = sorted(spans, key=lambda span: _scope_name(span.instrumentation_scope))
    scopes = [
        {"scope": _scope(scope), "spans": [_span(span) for span in several]}
        for scope, several in groupby(ordered, key=lambda span: span.instrumentation_scope)
    ]
    resource = ordered[0].resource if ordered else Resource.get_empty()
    return {
        "resourceSpans": [
            {"resource": {"attributes": _attributes(resource.attributes)}, "scopeSpans": scopes}
        ]
    }


def _scope_name(scope: InstrumentationScope | None) -> str:
    return "" if scope is None else scope.name


def _scope(scope: InstrumentationScope | None) -> dict[str, str]:
    return {} if scope is None else {"name": scope.name, "version": scope.version or ""}


def _span(span: ReadableSpan) -> dict[str, Any]:
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    body: dict[str, Any] = {
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "flags": int(context.trace_flags),
        "name": span.name,
        "kind": span.kind.value + _ROOT_KINDS,
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": _attributes(span.attributes or {}),
        "status": {"code": span.status.status_code.value},
    }
    if span.parent is not None:
        body["parentSpanId"] = f"{span.parent.span_id:016x}"
    if span.status.description:
        body["status"]["message"] = span.status.description
    return body


def _attributes(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {"arrayValue": {"values": [_value(part) for part in value]}}
