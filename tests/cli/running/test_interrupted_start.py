"""A start that is stopped in its midst ends everything that it has begun."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.cli.running.folder_lock import take_lock
from shared.redis_address import embedded_socket
from tests.conftest import ValkeyServer, a_free_port, wait_until

ROOT = Path(__file__).parents[3]


@contextmanager
def up(folder: Path, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `newswire up` from the moment in which it says that it starts; it is killed at the end."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    ports = {"NEWSWIRE_FEED_PORT": str(a_free_port()), "NEWSWIRE_INGEST_PORT": str(a_free_port())}
    with subprocess.Popen(
        [sys.executable, "-m", "services.cli.main", "up", "--data-dir", str(folder)],
        cwd=folder,
        env={**known, "PYTHONPATH": str(ROOT), **ports, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Starting on")
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def waiting_for(valkey: ValkeyServer, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run `newswire up` whose three services wait for a Valkey that stands still."""
    with up(folder, NEWSWIRE_REDIS_URL=valkey.url) as process:
        assert valkey.process is not None
        valkey.process.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: len(children_of(process.pid)) == 3, "the services run")
            yield process
        finally:
            valkey.process.send_signal(signal.SIGCONT)


def children_of(process: int) -> list[str]:
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=1) for line in listing.stdout.splitlines())
    return [row[1] for row in rows if int(row[0]) == process and len(row) > 1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_at_its_very_beginning(tmp_path: Path, number: signal.Signals) -> None:
    with up(tmp_path) as process:
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.splitlines() == ["Stopping …", "Stopped."]
    # All that was started holds the lock.
    os.close(take_lock(tmp_path, leftovers_seconds=0))
    assert not embedded_socket(tmp_path).exists()


def test_while_its_services_wait_for_redis(valkey: ValkeyServer, tmp_path: Path) -> None:
    with waiting_for(valkey, tmp_path) as process:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.splitlines() == ["Stopping …", "Stopped."]
    os.close(take_lock(tmp_path, leftovers_seconds=0))


def test_kill_9_ends_the_services_that_wait_for_redis(valkey: ValkeyServer, tmp_path: Path) -> None:
    with waiting_for(valkey, tmp_path) as process:
        process.kill()
        process.wait()
        os.close(take_lock(tmp_path))
