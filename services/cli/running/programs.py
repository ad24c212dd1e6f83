"""The command lines of the services and of what runs beside them, and the environment they run in."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from services.cli.running.child_process import Program
from services.cli.running.lifeline import Lifelines
from services.cli.settings import CommandSettings

INGEST, WEB, WORKER, DEMO, SEED = "ingest", "web", "worker", "demo", "seed"

_LOOPBACK = "127.0.0.0/8"
_SERVICES = {
    INGEST: ("services.ingest",),
    WEB: ("services.feed", "--role", "web"),
    WORKER: ("services.feed", "--role", "worker"),
}


def environment_for(settings: CommandSettings, *, demo: bool) -> dict[str, str]:
    """Return the environment of every child: ours, this data folder, and in the demo a way to its partner."""
    environment = {
        **os.environ,
        "NEWSWIRE_DATA_DIR": str(settings.data_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    if demo:
        allowed = [*filter(None, [settings.allow_private_endpoints.strip().strip(",")]), _LOOPBACK]
        environment["NEWSWIRE_ALLOW_PRIVATE_ENDPOINTS"] = ",".join(allowed)
    return environment


class Programs:
    """Makes the programs of one run; all of them end when `newswire up` is gone, and all hold its lock."""

    def __init__(
        self, environment: Mapping[str, str], lifelines: Lifelines, lock: int, *, redis_url: str
    ) -> None:
        self._environment = environment
        self._redis_url = redis_url
        self._lifelines = lifelines
        self._lock = lock

    def services(self) -> list[Program]:
        """Return ingest, web and worker. They put themselves together while Redis loads its data."""
        services = (self._attached(name, *command, "--wait-for-redis") for name, command in _SERVICES.items())
        return [replace(service, needed=self._redis_takes_writes) for service in services]

    async def _redis_takes_writes(self) -> None:
        # Only when a service has died: a start has no time to load a client of Redis.
        from shared.redis_waits import wait_until_redis_takes_writes  # noqa: PLC0415

        await wait_until_redis_takes_writes(self._redis_url)

    def demo(self, state: Path) -> Program:
        """Return the demo partner, which finds its port and secret in a file."""
        return self._attached(DEMO, "services.cli.running.demo_partner", str(state))

    def seed(self, path: Path) -> Program:
        """Return `newswire ingest` of the documents under a path."""
        return self._attached(SEED, "services.cli.main", "ingest", "--", str(path))

    def _attached(self, name: str, *module: str) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-m", "services.cli.running.attached", *module),
            environment=self._environment,
            lifeline=self._lifelines.of_services,
            holds=(self._lock, self._lifelines.hold_valkey),
        )
