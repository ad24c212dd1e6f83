"""An installation under test: `newswire up`, a second worker, Valkey, and the proxy between them.

The product's own supervisor keeps Valkey and the second worker running, as `newswire up` keeps the rest.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
from redis.asyncio import Redis

from services.cli.running.child_process import Program
from services.cli.running.lifeline import Lifelines, open_lifelines
from services.cli.running.supervisor import Supervisor
from services.cli.running.valkey import NAME as VALKEY
from services.cli.running.valkey import valkey_program
from shared.redis_address import embedded_socket
from shared.redis_connection import connect
from shared.redis_waits import wait_until_redis_answers, wait_until_redis_takes_writes
from tests.conftest import a_free_port
from tests.faults.processes import children, command_of, descendants
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[2]
INGEST_TOKEN, ADMIN_TOKEN = "ingest-token-of-a-run", "admin-token-of-a-run"
PUBLIC_URL = "https://feeds.thinktank.example"
"""The same in every installation, so that their feeds can be compared byte for byte."""

_RUN, _SECOND = "up", "worker-2"
_WORDS = {
    "ingest": ("attached services.ingest",),
    "web": ("attached services.feed --role web",),
    "worker": ("attached services.feed --role worker",),
    "valkey": ("valkey-server",),
}
_START_SECONDS = 60.0


class Installation:
    """All processes of one installation. `build` is the folder with the code that they run.

    Without the proxy, `newswire up` runs its embedded Valkey itself.
    """

    def __init__(
        self,
        folder: Path,
        *,
        build: Path = ROOT,
        partitions: int = 1,
        proxied: bool = True,
        data: Path | None = None,
        keep_delivered_days: float = 30,
    ) -> None:
        self.log = folder / "log"
        self.data = data or folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        self.partitions = partitions
        self.feed = f"http://127.0.0.1:{a_free_port()}"
        self.ingest = f"http://127.0.0.1:{a_free_port()}"
        self.proxy = Proxy(embedded_socket(self.data)) if proxied else None
        self._build = build
        self._keep_delivered_days = keep_delivered_days
        self._supervisor: Supervisor | None = None
        self._lifelines: Lifelines | None = None

    @property
    def redis_url(self) -> str:
        """Where Valkey is reached directly, past the proxy."""
        return f"unix://{embedded_socket(self.data)}"

    async def start(self) -> None:
        """Start everything and return when both services are ready."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lifelines = open_lifelines()
        self._supervisor = supervisor = Supervisor(self._tell)
        supervisor.settled()
        if self.proxy is not None:
            await self.proxy.start()
            supervisor.start(
                valkey_program(self.data, lifeline=self._lifelines.of_valkey, environment=dict(os.environ))
            )
            await wait_until_redis_answers(self.redis_url)
        supervisor.start(self._program(_RUN, "services.cli.main", "up", "--data-dir", str(self.data)))
        await self.ready()
        second = self._program(_SECOND, "services.feed", "--role", "worker")
        url = second.environment["NEWSWIRE_REDIS_URL"]
        supervisor.start(replace(second, needed=lambda: wait_until_redis_takes_writes(url)))

    async def stop(self) -> None:
        """Stop everything in order."""
        if self._supervisor is not None and self._lifelines is not None:
            await self._supervisor.stop([_SECOND], [_RUN], [VALKEY])
            for end in (self._lifelines.of_services, self._lifelines.of_valkey, self._lifelines.hold_valkey):
                os.close(end)
        if self.proxy is not None:
            await self.proxy.stop()

    async def ready(self, seconds: float = _START_SECONDS) -> None:
        """Return when both services say that they are ready."""
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as http:
            for url in (self.ingest, self.feed):
                while not await self._is_ready(http, url):  # noqa: ASYNC110 - another process gets ready
                    await asyncio.sleep(0.05)

    @staticmethod
    async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with http.get(f"{url}/readyz", timeout=aiohttp.ClientTimeout(total=6)) as answer:
                return answer.status == 200
        return False

    def pid(self, name: str) -> int | None:
        """Return the process id under which one of the processes runs just now."""
        if name == _SECOND:
            return self._alive(_SECOND)
        keeper = VALKEY if name == VALKEY and self.proxy is not None else _RUN
        parent = self._alive(keeper)
        return next(self._matching(parent, _WORDS[name]), None) if parent else None

    def pids(self) -> dict[str, int]:
        """Return the ids of all processes that run just now, by name."""
        return {name: pid for name in (*_WORDS, _SECOND) if (pid := self.pid(name)) is not None}

    def _alive(self, name: str) -> int | None:
        """Return the process id of what we keep running; never one that is somebody else's by now."""
        pid = self._supervisor.pid(name) if self._supervisor else None
        return pid if pid in children(os.getpid()) and command_of(pid) else None

    @staticmethod
    def _matching(parent: int, words: tuple[str, ...]) -> Iterator[int]:
        for pid in descendants(parent):
            command = command_of(pid)
            # The guard of Valkey bears the server's command line behind its own.
            if all(word in command for word in words) and "valkey_guard" not in command:
                yield pid

    def client(self) -> "Redis":
        """Return a client of Valkey itself, past the proxy."""
        return connect(self.redis_url, retries=3)

    def _program(self, name: str, *module: str) -> Program:
        """Return one of the product's modules as a program that ends when this process is gone."""
        return Program(
            name=name,
            command=(
                *("env", f"--chdir={self._build}", sys.executable),
                *("-m", "services.cli.running.attached", *module),
            ),
            environment=self._environment(embedded=self.proxy is None and name == _RUN),
            lifeline=self._lifelines.of_services if self._lifelines else 0,
            grace_seconds=60.0,
        )

    def _environment(self, *, embedded: bool) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
        through_proxy = f"redis://127.0.0.1:{self.proxy.port}" if self.proxy else self.redis_url
        return {
            **given,
            **({} if embedded else {"NEWSWIRE_REDIS_URL": through_proxy}),
            "NEWSWIRE_DATA_DIR": str(self.data),
            "NEWSWIRE_PARTITIONS": str(self.partitions),
            "NEWSWIRE_FEED_PORT": self.feed.rpartition(":")[2],
            "NEWSWIRE_INGEST_PORT": self.ingest.rpartition(":")[2],
            "NEWSWIRE_INGEST_TOKEN": INGEST_TOKEN,
            "NEWSWIRE_ADMIN_TOKEN": ADMIN_TOKEN,
            "NEWSWIRE_PUBLIC_URL": PUBLIC_URL,
            "NEWSWIRE_ALLOW_PRIVATE_ENDPOINTS": "127.0.0.0/8",
            "NEWSWIRE_RETRY_SCHEDULE": ",".join(["0.5"] * 400),
            "NEWSWIRE_KEEP_DELIVERED_DAYS": str(self._keep_delivered_days),
            "PYTHONUNBUFFERED": "1",
        }

    def _tell(self, name: str, line: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{name} | {line}\n")


@asynccontextmanager
async def running(installation: Installation) -> AsyncIterator[None]:
    """Run all of it, and stop all of it, whatever happens."""
    try:
        await installation.start()
        yield
    finally:
        await installation.stop()
