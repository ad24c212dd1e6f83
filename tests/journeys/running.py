"""Newswire as its users meet it: real processes on ports of their own, spoken to over HTTP alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import ValkeyServer, a_free_port, wait_until

INGEST_TOKEN = "ingest-token-of-a-test"
ADMIN_TOKEN = "admin-token-of-a-test"


class Newswire:
    """The three processes of an installation over one Valkey; each can be killed and started again."""

    def __init__(self, valkey: ValkeyServer, folder: Path, **settings: str) -> None:
        self.valkey = valkey
        self.feed_port, self.ingest_port = a_free_port(), a_free_port()
        self.log = folder / "log"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")},
            "NEWSWIRE_REDIS_URL": valkey.url,
            "NEWSWIRE_DATA_DIR": str(folder / "data"),
            "NEWSWIRE_FEED_PORT": str(self.feed_port),
            "NEWSWIRE_INGEST_PORT": str(self.ingest_port),
            "NEWSWIRE_INGEST_TOKEN": INGEST_TOKEN,
            "NEWSWIRE_ADMIN_TOKEN": ADMIN_TOKEN,
            "NEWSWIRE_ALLOW_PRIVATE_ENDPOINTS": "127.0.0.0/8",
            "NEWSWIRE_RETRY_SCHEDULE": ",".join(["0.2"] * 100),
            **settings,
        }
        self.ingest = httpx.Client(
            base_url=f"http://127.0.0.1:{self.ingest_port}",
            headers={"Authorization": f"Bearer {INGEST_TOKEN}"},
            timeout=20,
        )
        self.feed = httpx.Client(
            base_url=f"http://127.0.0.1:{self.feed_port}",
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            timeout=20,
        )

    def start(self, *names: str) -> None:
        """Start these processes, or ingest, web and worker; return when those that serve are ready.

        "both" is the feed service with its two halves in one process.
        """
        commands = {
            "ingest": ["services.ingest"],
            "web": ["services.feed", "--role", "web"],
            "worker": ["services.feed", "--role", "worker"],
            "both": ["services.feed"],
        }
        for name in names or ("ingest", "web", "worker"):
            with self.log.open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", *commands[name]],
                    env=self.environment,
                    cwd=self.log.parent,
                    stdout=log,
                    stderr=log,
                )
        for name, client in {"ingest": self.ingest, "web": self.feed, "both": self.feed}.items():
            if name in self.processes:
                wait_until(lambda client=client: self._ready(client), f"{name} is ready", 60)

    @staticmethod
    def _ready(client: httpx.Client) -> bool:
        try:
            return client.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill(self, name: str) -> None:
        """End a process as `kill -9` does."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> dict[str, int]:
        """Ask every process to stop; return their exit codes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(timeout=30) for name, process in self.processes.items()}
        self.processes.clear()
        return codes

    def accept(self, **article: Any) -> dict[str, Any]:
        """Post one article until it is accepted, as a patient client does; return the answer."""
        answers: list[httpx.Response] = []

        def posted() -> bool:
            try:
                answers.append(self.ingest.post("/articles", json=article))
            except httpx.TransportError:
                return False
            assert answers[-1].status_code in {202, 503}, answers[-1].text
            return answers[-1].status_code == httpx.codes.ACCEPTED

        wait_until(posted, f"{article.get('title')} is accepted", 30)
        answer: dict[str, Any] = answers[-1].json()
        return answer

    def feed_items(self, selection: str = "all") -> list[dict[str, Any]]:
        """Return the items of a feed's JSON form; an unknown feed has none."""
        answer = self.feed.get(f"/feeds/{selection}.json")
        items: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
        return items

    def register_endpoint(self, url: str, **fields: Any) -> dict[str, Any]:
        """Register a partner with one endpoint; return the endpoint, its secret included."""
        partner = self.feed.post("/api/partners", json={"name": "A partner"}).raise_for_status().json()
        answer = self.feed.post(f"/api/partners/{partner['id']}/endpoints", json={"url": url, **fields})
        endpoint: dict[str, Any] = answer.raise_for_status().json()
        return endpoint

    def nothing_waits(self) -> bool:
        """Tell whether every consumer group has applied and acknowledged all events."""
        streams = self.feed.get("/api/backlog").raise_for_status().json()["streams"]
        return all(row["lag"] == 0 and row["pending"] == 0 for row in streams)

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
        """Wait for a condition; when it never comes true, show the processes' logs."""
        try:
            wait_until(condition, what, seconds)
        except BaseException:
            sys.stderr.write(self.log.read_text()[-8000:])
            raise


@contextmanager
def newswire(valkey: ValkeyServer, folder: Path, *names: str, **settings: str) -> Iterator[Newswire]:
    """Run an installation, of these processes or the usual three; whatever still runs afterwards is ended."""
    installation = Newswire(valkey, folder, **settings)
    try:
        installation.start(*names)
        yield installation
    finally:
        for process in installation.processes.values():
            process.kill()
            process.wait()
        installation.ingest.close()
        installation.feed.close()
