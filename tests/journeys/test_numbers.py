"""What an operator sees of work done elsewhere: workers serve no HTTP, and web processes come and go."""

from pathlib import Path
from typing import Any

from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire
from tests.receiver import a_receiver


def latency_counts(installation: Newswire) -> dict[str, int]:
    """Return how many articles were timed, as the metrics tell it."""
    told = [
        line
        for line in installation.feed.get("/metrics").text.splitlines()
        if "latency_seconds_count" in line
    ]
    return {line.split('"')[1]: int(float(line.split()[-1])) for line in told}


def lags(installation: Newswire) -> list[Any]:
    """Return what is kept of the feeds group's lag over the last hour."""
    curves = installation.feed.get("/api/backlog/history").raise_for_status().json()
    return [value for group in curves["groups"] for value in group["lag"] if value is not None]


async def test_the_way_of_an_article_is_timed_and_the_curves_outlive_every_process(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path) as installation:
        async with a_receiver() as receiver:
            installation.register_endpoint(f"{receiver.url}/hook")
            for number in range(3):
                installation.accept(title=f"Article {number}")
            await receiver.wait_for(3)
        counts = {"feed": 3, "partner": 3}
        installation.wait(lambda: latency_counts(installation) == counts, "all of it is counted")
        shown = {one["reached"]: one for one in installation.feed.get("/api/backlog").json()["latencies"]}
        assert {name: one["count"] for name, one in shown.items()} == counts
        assert all(0 < one["p50_ms"] <= one["p99_ms"] < 20_000 for one in shown.values())
        installation.wait(lambda: lags(installation) != [], "a first stretch of ten seconds is kept")
        kept = lags(installation)
        for name in ("web", "worker"):
            installation.kill(name)
        installation.start("web")
        assert lags(installation)[: len(kept)] == kept
        assert latency_counts(installation) in ({"feed": 0, "partner": 0}, counts)
        installation.wait(lambda: latency_counts(installation) == counts, "the new process tells the counts")
