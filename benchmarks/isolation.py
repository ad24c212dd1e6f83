"""200 endpoints, half of which hang: the p99 of the healthy half, beside the same half without the others.

Intake, one worker and the receivers run in one process here, so the figures are an upper bound.
"""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.measuring import Report, Row, in_turn
from shared import logs
from shared.redis_connection import connect
from tests.conftest import ValkeyServer
from tests.feed.deliveries.isolation_run import Load, p99_ms

_HALF, _ARTICLES, _PER_SECOND = 100, 40, 2.0


def run(report: Report) -> None:
    """Measure both cases in turn, each on an empty Valkey of its own."""
    print("isolation", flush=True)
    logs.configure("json", "warning", process="isolation")
    found = in_turn({"alone": lambda: _measured(0), "beside": lambda: _measured(_HALF)})
    what = f"article to webhook, p99, {_HALF} healthy endpoints beside {_HALF} that hang"
    without = f"without those that hang, {_PER_SECOND:g} articles/s"
    report.rows.append(Row(what, found["beside"], "ms", without, found["alone"], "≤ 2"))


def _measured(hanging: int) -> float:
    with tempfile.TemporaryDirectory(prefix="nw-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        try:
            return asyncio.run(_p99(server.url, hanging))
        finally:
            server.kill()


async def _p99(url: str, hanging: int) -> float:
    async with connect(url) as redis:
        return await p99_ms(redis, Load(_HALF, hanging, _ARTICLES, _PER_SECOND))
