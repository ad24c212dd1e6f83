"""What an operator notices of feeds of their own: filled at once, whoever dies; and private ones stay so."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from redis import Redis as BlockingRedis

from shared import keys
from tests.conftest import ValkeyServer
from tests.journeys.running import ADMIN_TOKEN, Newswire, newswire


def feeds(installation: Newswire, *words: str, code: int = 0) -> Any:
    """Call `newswire feeds` as an operator does; return its JSON."""
    command = [sys.executable, "-m", "services.cli.main", "feeds", *words, "--token", ADMIN_TOKEN]
    ended = subprocess.run(
        [*command, "--json"] if words[0] not in {"remove", "revoke-token"} else command,
        env=installation.environment | {"PYTHONPATH": str(Path.cwd())},
        cwd=installation.log.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    return json.loads(ended.stdout) if ended.stdout.startswith("{") else ended.stdout


def titles(installation: Newswire, selection: str) -> set[str]:
    return {item["title"] for item in installation.feed_items(selection)}


def test_a_feed_of_ones_own_holds_the_past_and_the_future_though_workers_die(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path, NEWSWIRE_PARTITIONS="3") as installation:
        for number in range(30):
            installation.accept(title=f"Past {number}", topics=["Energy"] if number % 2 else ["Law"])
        installation.wait(lambda: len(installation.feed_items()) == 30, "the past is in the feeds")
        worker = installation.processes["worker"]
        # It holds the definitions of before, and wakes only when the feed has been filled.
        worker.send_signal(signal.SIGSTOP)
        installation.accept(title="Meanwhile", topics=["Energy"])
        added = feeds(installation, "add", "power", "--topic", "energy", "--entries", "100")
        assert (added["articles"], added["filling"]) == (15, False)
        worker.send_signal(signal.SIGCONT)
        installation.wait(lambda: "Meanwhile" in titles(installation, "custom/power"), "it is in the feed")

        installation.kill("worker")
        installation.accept(title="Future", topics=["Energy"])
        installation.start("worker")
        installation.wait(lambda: "Future" in titles(installation, "custom/power"), "the future is in it")
        assert len(titles(installation, "custom/power")) == 17
        feeds(installation, "remove", "power")
        assert installation.feed.get("/feeds/custom/power.rss").status_code == 404
        feeds(installation, "show", "power", code=1)


def test_a_feed_whose_making_was_killed_is_filled_all_the_same(valkey: ValkeyServer, tmp_path: Path) -> None:
    articles = [{"title": f"Past {number}"} for number in range(400)]
    with newswire(valkey, tmp_path) as installation, closing(BlockingRedis.from_url(valkey.url)) as redis:
        installation.ingest.post("/articles/batch", json=articles).raise_for_status()
        installation.wait(lambda: redis.zcard(keys.feed_index("all")) == 400, "the past is in the feeds")
        installation.kill("worker")
        with ThreadPoolExecutor() as operators:
            body = {"name": "everything", "entries": 200}
            operators.submit(installation.feed.post, "/api/feeds", json=body)
            installation.wait(lambda: bool(redis.exists(keys.own_feeds())), "the feed is defined")
            installation.kill("web")
        installation.start("web", "worker")
        everything = keys.feed_index("custom/everything")
        installation.wait(lambda: redis.zcard(everything) == 400, "the feed is filled")
        assert len(installation.feed_items("custom/everything")) == 200


def test_the_address_of_a_private_feed_is_in_no_log(valkey: ValkeyServer, tmp_path: Path) -> None:
    with newswire(valkey, tmp_path, NEWSWIRE_LOG_LEVEL="debug", NEWSWIRE_LOG_FORMAT="json") as installation:
        installation.accept(title="For few")
        installation.wait(lambda: len(installation.feed_items()) == 1, "it is in the feeds")
        first = feeds(installation, "add", "few", "--private")["urls"]["json"]
        assert len(installation.feed.get(first).json()["items"]) == 1
        second = feeds(installation, "rotate-token", "few")["urls"]["json"]
        assert installation.feed.get(first).status_code == 404
        assert installation.feed.get(second).status_code == 200
        assert installation.feed.get(second.replace("few.", "other.")).status_code == 404
        feeds(installation, "revoke-token", "few")
        assert installation.feed.get(second).status_code == 404
        valkey.kill()
        assert installation.feed.get(second).status_code == 503
        valkey.start()
        installation.stop()
        log = installation.log.read_text()
        assert "feed.started" in log
        for url in (first, second):
            token = url.split("/")[-2]
            assert len(token) == 43
            assert token not in log
