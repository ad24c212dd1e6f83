"""Traces of what becomes of an article, from the request that brought it to the attempts at partners.

Only when a collector is named; without one nothing that traces is even imported. Between processes a span
is known by its `traceparent`, which travels as part of the trail (`shared/trail.py`) in the message, and
whoever records a span later names it as the parent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from shared.trail import TRACEPARENT_HEADER

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

    from shared.otlp import OtlpExporter

Attributes = Mapping[str, str | int | float | bool]


@dataclass
class RequestSpan:
    """What is learnt of a request while it is answered."""

    name: str = "request"
    status: int = 0
    attributes: dict[str, str | int] = field(default_factory=dict)


class Tracing:
    """The tracing of one process; `OFF` until it is started."""

    def __init__(self) -> None:
        self._exporter: OtlpExporter | None = None
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    @property
    def on(self) -> bool:
        """Whether spans are recorded."""
        return self._tracer is not None

    def start(self, endpoint: str | None, process: str) -> None:
        """Record spans from now on and send them to this collector; nothing happens without one."""
        if endpoint is None:
            return
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see the module's docstring
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        from shared.otlp import OtlpExporter  # noqa: PLC0415

        names = {"service.name": f"newswire-{process}", "service.version": version("newswire")}
        self._provider = TracerProvider(resource=Resource.create(names))
        self._exporter = OtlpExporter(endpoint)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("newswire", version("newswire"))

    def stop(self) -> None:
        """Send what is left, and record no more."""
        if self._exporter is not None:
            self._exporter.hurry()
        if self._provider is not None:
            self._provider.shutdown()
        self._exporter = self._provider = self._tracer = None

    def create_message(self, destination: str, message_id: str) -> str:
        """Record that the current span makes a message; return the `traceparent` that it bears, or nothing.

        https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
        """
        if self._tracer is None:
            return ""
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        span = self._tracer.start_span(
            f"{destination} create",
            kind=SpanKind.PRODUCER,
            attributes={
                "messaging.system": "redis",
                "messaging.destination.name": destination,
                "messaging.message.conversation_id": message_id,
            },
        )
        span.end()
        headers: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(headers, set_span_in_context(span))
        return headers.get(TRACEPARENT_HEADER, "")

    @contextmanager
    def request(self, traceparent: str) -> Iterator[RequestSpan]:
        """Let a request be the current span; its name and status are read when the block ends."""
        told = RequestSpan()
        if self._tracer is None:
            yield told
            return
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415

        with self._tracer.start_as_current_span(
            told.name,
            context=_context(traceparent),
            kind=SpanKind.SERVER,
            record_exception=False,  # its text may hold anything
            set_status_on_exception=False,
        ) as span:
            try:
                yield told
            finally:
                span.update_name(told.name)
                span.set_attributes({**told.attributes, "http.response.status_code": told.status})
                if told.status >= 500:  # noqa: PLR2004 - where failures of ours begin
                    span.set_status(StatusCode.ERROR)

    def record(
        self,
        name: str,
        *,
        parent: str,
        begun: datetime,
        ended: datetime,
        attributes: Attributes,
        failed: str | None = None,
        calls_out: bool = False,
    ) -> None:
        """Record something that is over, as a child of the span with this `traceparent`."""
        if self._tracer is None or not parent:
            return
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415

        span = self._tracer.start_span(
            name,
            context=_context(parent),
            kind=SpanKind.CLIENT if calls_out else SpanKind.CONSUMER,
            attributes=attributes,
            start_time=_nanoseconds(begun),
        )
        if failed is not None:
            span.set_status(StatusCode.ERROR, failed)
        span.end(_nanoseconds(ended))


tracing = Tracing()
"""This process's own, like its logs: started by `__main__`, used by whatever does a unit of work."""


def _context(traceparent: str) -> "Context":
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator().extract({TRACEPARENT_HEADER: traceparent})


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
