"""The feed service with both halves in one process, as it runs without a role."""

from pathlib import Path

from tests.conftest import ValkeyServer
from tests.journeys.running import newswire
from tests.receiver import a_receiver


async def test_one_process_serves_feeds_and_sends_webhooks(valkey: ValkeyServer, tmp_path: Path) -> None:
    async with a_receiver() as receiver:
        with newswire(valkey, tmp_path, "ingest", "both") as installation:
            installation.register_endpoint(f"{receiver.url}/hook")
            installation.accept(title="Ice roads")
            await receiver.wait_for(1)
            installation.wait(lambda: bool(installation.feed_items()), "the article is in the feed")
            assert installation.stop() == {"ingest": 0, "both": 0}
