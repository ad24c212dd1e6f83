"""Whoever is woken by cron is woken when something is wrong, and not when all is well."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from redis import Redis as BlockingRedis

from shared import keys
from tests.conftest import ValkeyServer
from tests.journeys.running import ADMIN_TOKEN, Newswire, newswire


def checked(installation: Newswire, *words: str) -> subprocess.CompletedProcess[str]:
    where = ["--feed-url", f"http://127.0.0.1:{installation.feed_port}", "--token", ADMIN_TOKEN]
    command = [sys.executable, "-m", "services.cli.main", "backlog", "--check", *words, *where]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def until(installation: Newswire, code: int) -> subprocess.CompletedProcess[str]:
    """Return the first check that ends with this code."""
    last: list[Any] = []

    def ends_so() -> bool:
        last[:] = [checked(installation)]
        return bool(last[0].returncode == code)

    installation.wait(ends_so, f"the check ends with {code}")
    ended: subprocess.CompletedProcess[str] = last[0]
    return ended


def states(installation: Newswire) -> set[Any]:
    """Return the state as JSON and the metrics tell it."""
    answer = installation.feed.get("/api/backlog").raise_for_status().json()
    metrics = installation.feed.get("/metrics").text
    told = {
        line.split('"')[1]
        for line in metrics.splitlines()
        if line.startswith("newswire_backlog_state{") and line.endswith(" 1.0")
    }
    return {answer["state"], *told}


def test_the_check_is_green_only_while_everything_works(valkey: ValkeyServer, tmp_path: Path) -> None:
    with newswire(valkey, tmp_path) as installation:
        installation.accept(title="Ice roads and the price of bread")
        well = until(installation, 0)
        assert (well.stdout, well.stderr) == ("", "")
        assert states(installation) == {"ok"}
        assert json.loads(checked(installation, "--json").stdout)["state"] == "ok"

        installation.kill("worker")
        assert "consumers 0" in until(installation, 5).stdout
        assert states(installation) == {"unknown"}
        installation.accept(title="Nobody reads this")
        stalled = until(installation, 4)
        assert stalled.stdout.startswith("newswire: the backlog is stalled since ")
        assert states(installation) == {"stalled"}

        installation.start("worker")
        until(installation, 0)
        with BlockingRedis(unix_socket_path=str(valkey.socket)) as redis:
            redis.flushall()
        until(installation, 5)
        installation.processes.pop("worker").wait()
        installation.start("worker")
        installation.wait(
            lambda: _consumers(installation) > 0, "the worker that was started again reads", seconds=30
        )
        assert checked(installation).returncode == 5

        valkey.kill()
        away = until(installation, 5)
        assert "Redis cannot be reached." in away.stdout
        installation.kill("web")
        gone = checked(installation)
        assert gone.returncode == 1
        assert "does not answer" in gone.stderr


def _consumers(installation: Newswire) -> int:
    answer: httpx.Response = installation.feed.get("/api/backlog")
    rows = [row for row in answer.raise_for_status().json()["streams"] if row["stream"] == keys.events(0)]
    return int(min(row["consumers"] for row in rows))
