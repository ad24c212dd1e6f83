"""Processes killed at bad moments: every accepted article is in its feeds and at the partner afterwards."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire
from tests.receiver import a_receiver

BURST = 150


def post_burst(installation: Newswire, name: str) -> list[dict[str, Any]]:
    """Post a burst from eight clients at once; each waits until its articles are accepted."""
    with ThreadPoolExecutor(8) as clients:
        return list(
            clients.map(lambda n: installation.accept(title=f"{name} {n}", topics=[name]), range(BURST))
        )


def ids_in_pages(installation: Newswire, ids: set[str]) -> set[str]:
    """Return those ids whose article the feed service has, beyond what a feed of fifty shows."""
    return {i for i in ids if installation.feed.get(f"/articles/{i}").status_code == httpx.codes.OK}


@pytest.mark.parametrize(("victim", "partitions"), [("worker", "1"), ("worker", "3"), ("valkey", "1")])
async def test_nothing_accepted_is_lost_when_a_process_is_killed_in_a_burst(
    valkey: ValkeyServer, tmp_path: Path, victim: str, partitions: str
) -> None:
    with newswire(valkey, tmp_path, NEWSWIRE_PARTITIONS=partitions) as installation:
        async with a_receiver() as receiver:
            installation.register_endpoint(f"{receiver.url}/hook")
            burst = asyncio.create_task(asyncio.to_thread(post_burst, installation, "burst"))
            await receiver.wait_for(BURST // 5)
            if victim == "valkey":
                valkey.kill()
                valkey.start()
            else:
                installation.kill(victim)
                installation.start(victim)
            accepted = await burst
            ids = {answer["id"] for answer in accepted}
            assert len(ids) == BURST

            def all_arrived() -> bool:
                return len({request.headers["webhook-id"] for request in receiver.received}) >= BURST

            await asyncio.to_thread(installation.wait, all_arrived, "the partner has every event", 60)

            def backlog_is_gone() -> bool:
                endpoints = installation.feed.get("/api/backlog").json()["endpoints"]
                return installation.nothing_waits() and all(
                    row["due"] == 0 and row["retrying"] == 0 for row in endpoints
                )

            # The feeds may be behind: what the dead one had in hand is taken up by each group by itself.
            await asyncio.to_thread(installation.wait, backlog_is_gone, "the backlog is gone", 60)
            newest = {item["id"] for item in installation.feed_items("topic/burst")}
            assert len(newest) == 50
            assert newest <= ids
            assert await asyncio.to_thread(ids_in_pages, installation, ids) == ids


def test_the_backlog_is_true_while_the_consumer_is_stopped_and_after_it_has_caught_up(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path) as installation:
        installation.kill("worker")
        for n in range(7):
            installation.accept(title=f"Waiting {n}")

        def groups() -> dict[str, dict[str, Any]]:
            answer = installation.feed.get("/api/backlog").raise_for_status().json()
            return {row["group"]: row for row in answer["streams"]}

        installation.wait(lambda: groups()["feeds"]["lag"] == 7, "the lag is seen")
        assert groups()["deliveries"]["lag"] == 7
        assert groups()["feeds"]["oldest_age_seconds"] > 0
        installation.wait(lambda: groups()["feeds"]["state"] == "stalled", "the page says so")
        installation.start("worker")
        installation.wait(installation.nothing_waits, "everything is worked off")
        assert len(installation.feed_items()) == 7
        assert installation.stop() == {"ingest": 0, "web": 0, "worker": 0}
