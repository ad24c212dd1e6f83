import asyncio
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from shared.tracing import Tracing
from tests.builders import NOON
from tests.collector import Collector, a_collector, attributes_of
from tests.conftest import a_free_port

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT.removesuffix("1") + "0"


def record(tracing: Tracing, parent: str = PARENT, failed: str | None = None) -> None:
    tracing.record(
        "deliver",
        parent=parent,
        begun=NOON,
        ended=NOON + timedelta(milliseconds=37),
        attributes={"text": "Café", "whole": 7, "part": 0.5, "sure": True},
        failed=failed,
        calls_out=True,
    )


async def sent(collector: Collector, parent: str = PARENT, failed: str | None = None) -> None:
    """Record a span in a process's tracing and end that."""
    tracing = Tracing()
    tracing.start(collector.url, "test")
    record(tracing, parent, failed)
    await asyncio.to_thread(tracing.stop)


async def test_what_is_recorded_arrives_as_the_protocol_says() -> None:
    async with a_collector() as collector:
        await sent(collector)
    ((service, span),) = collector.spans()
    assert service == "newswire-test"
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    assert (span.name, span.kind) == ("deliver", Span.SpanKind.SPAN_KIND_CLIENT)
    assert span.end_time_unix_nano - span.start_time_unix_nano == 37_000_000
    assert span.start_time_unix_nano == NOON.timestamp() * 10**9
    assert attributes_of(span) == {"text": "Café", "whole": 7, "part": 0.5, "sure": True}
    assert span.status.code == Status.StatusCode.STATUS_CODE_UNSET


async def test_a_failure_is_told_as_one() -> None:
    async with a_collector() as collector:
        await sent(collector, failed="timeout")
    ((_, span),) = collector.spans()
    assert (span.status.code, span.status.message) == (Status.StatusCode.STATUS_CODE_ERROR, "timeout")


@pytest.mark.parametrize("parent", ["", UNSAMPLED])
async def test_what_belongs_to_no_trace_that_is_kept_is_not_sent(parent: str) -> None:
    async with a_collector() as collector:
        await sent(collector, parent)
    assert collector.requests == []


async def test_a_collector_that_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    async with a_collector() as collector:
        collector.answers = [503, 429]
        tracing = Tracing()
        tracing.start(collector.url, "test")
        record(tracing)
        async with asyncio.timeout(10):
            while not collector.requests:  # noqa: ASYNC110 - a thread of the SDK's sends
                await asyncio.sleep(0.02)
        await asyncio.to_thread(tracing.stop)
    assert len(collector.spans()) == 1


async def test_what_a_collector_refuses_is_dropped_and_said(capfd: pytest.CaptureFixture[str]) -> None:
    async with a_collector() as collector:
        collector.answers = [400]
        await sent(collector)
    assert collector.requests == []
    assert "spans.refused" in capfd.readouterr().out


def test_a_collector_that_is_away_holds_up_no_end(capfd: pytest.CaptureFixture[str]) -> None:
    tracing = Tracing()
    tracing.start(f"http://127.0.0.1:{a_free_port()}", "test")
    record(tracing)
    started = time.monotonic()
    tracing.stop()
    assert time.monotonic() - started < 2
    assert "spans.dropped" in capfd.readouterr().out


def test_without_a_collector_nothing_is_recorded_and_nothing_imported() -> None:
    script = (
        "import sys, services.ingest.app, services.feed.app; from shared.tracing import tracing;"
        "tracing.start(None, 'test'); assert not tracing.on; assert not tracing.create_message('s', 'evt');"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk.trace', 'shared.otlp'))])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
