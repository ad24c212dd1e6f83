"""Deliveries per second of one worker process, signed and recorded, beside the bare loop and beside peers.

Each sender runs alone on the first core; the receiver (nginx) and the Valkey have the other one.
All are counted alike, by the requests that nginx answered.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.articles import event
from benchmarks.installation import answers, free_port, newswire, running, valkey, wait_for
from benchmarks.measuring import Report, Row, in_turn, need
from benchmarks.peers_venv import peers_python
from services.feed.deliveries.endpoint import Endpoint, Secret
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.secret_box import SecretBox, new_key
from services.feed.deliveries.signature import new_secret
from shared.clock import SystemClock
from shared.redis_connection import connect

_SECONDS, _WARM = 4.0, 300
_ENDPOINTS, _CONCURRENCY = 10, 10
_OURS, _THEIRS = 30_000, 8_000
_BODY_BYTES = 3500

_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k;
  server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} location = /status {{ stub_status; }} }}
}}
"""


@dataclass
class Bench:
    """Where everything is."""

    folder: Path
    redis_url: str
    url: str
    key: str
    asked: int = 0
    processor: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Microseconds of the sender's own processor time for each request, of every round."""

    def received(self) -> int:
        """Return how many requests the receiver has answered, those of this question left out."""
        self.asked += 1
        with urllib.request.urlopen(f"{self.url}/status") as answer:  # noqa: S310 - our own, on loopback
            found = re.search(r"\n\s*\d+ \d+ (\d+)", answer.read().decode())
        if found is None:
            raise AssertionError("nginx tells no count")
        return int(found[1]) - self.asked


Sender = Callable[[Bench], AbstractContextManager[int]]
"""What starts a sender and gives its process id."""


def run(report: Report) -> None:
    """Measure all senders in turn."""
    print("sending", flush=True)
    need("nginx")
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, ExitStack() as stack:
        bench = stack.enter_context(_bench(Path(name)))
        found = in_turn(
            {
                name: partial(_rate, bench, name, sender)
                for name, sender in (
                    ("bare", _bare),
                    ("bare on uvloop", lambda at: _bare(at, "uvloop")),
                    ("ours", _ours),
                    ("celery", _celery),
                    ("dramatiq", _dramatiq),
                    ("taskiq", _taskiq),
                )
            }
        )
    worked = {name: median(figures) for name, figures in bench.processor.items()}
    what = f"webhooks/s, signed and recorded, to {_ENDPOINTS} endpoints of a fast receiver"
    ours = found["ours"]
    report.rows += [
        Row(what, ours, "/s", "bare aiohttp loop, nothing signed or recorded", found["bare"], "≥ 0.3"),
        Row("the same", ours, "/s", "the bare loop on uvloop", found["bare on uvloop"]),
        Row("processor time of each", worked["ours"], "µs", "bare aiohttp loop", worked["bare"]),
        Row("the same", ours, "/s", "Celery with requests, one process", found["celery"], "≥ 3"),
        Row("the same", ours, "/s", "dramatiq with requests, one process", found["dramatiq"], "≥ 1.5"),
        Row("the same", ours, "/s", "taskiq with httpx, one process", found["taskiq"], "≥ 2"),
    ]
    report.remarks.append(
        f"Sending: bodies of 4 KB; {_ENDPOINTS} endpoints with {_CONCURRENCY} places each, against 100 posts "
        "at a time of the bare loop. The worker logs a line for each attempt, as it comes."
    )


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    folder.chmod(0o755)
    cores = os.sched_getaffinity(0)
    # What is started now stays on the second core: the first one is the senders'.
    os.sched_setaffinity(0, set(sorted(cores)[1:2]) or cores)
    with valkey(folder) as redis_url, running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]):
        os.sched_setaffinity(0, cores)
        wait_for(partial(answers, f"{url}/status"), "nginx")
        yield Bench(folder, redis_url, url, new_key())


def _rate(bench: Bench, name: str, sender: Sender) -> float:
    """Return the requests per second while a sender is at work; its start is not counted."""
    with sender(bench) as process:
        before = bench.received()
        wait_for(lambda: bench.received() - before > _WARM, "the sender", 60)
        began, first, worked = time.perf_counter(), bench.received(), _processor_seconds(process)
        time.sleep(_SECONDS)
        sent = bench.received() - first
        bench.processor[name].append((_processor_seconds(process) - worked) / sent * 1e6)
        return sent / (time.perf_counter() - began)


def _processor_seconds(process: int) -> float:
    """Return the processor time that one process has used, none for a machine that does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _bare(bench: Bench, *loop: str) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.peers.bare_aiohttp", f"{bench.url}/hook", *loop]
    with running(command, core=0) as process:
        yield process


@contextmanager
def _ours(bench: Bench) -> Iterator[int]:
    asyncio.run(_fill(bench))
    settings = {
        "REDIS_URL": bench.redis_url,
        "DATA_DIR": str(bench.folder / "data"),
        "SECRETS_KEY": bench.key,
        "ALLOW_PRIVATE_ENDPOINTS": "127.0.0.0/8",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "json",
    }
    with newswire("feed --role worker", settings, core=0, log=bench.folder / "log") as process:
        yield process


async def _fill(bench: Bench) -> None:
    """Queue what the worker is to send: each event for all endpoints, as the stream would bring it."""
    async with connect(bench.redis_url) as redis:
        await redis.flushall()
        registry, clock = Registry(redis, SecretBox((bench.key,))), SystemClock()
        for number in range(_ENDPOINTS):
            endpoint = Endpoint(
                id=f"ep_{number:016}",
                partner_id="ptr_0000000000000000",
                url=f"{bench.url}/hook/{number}",
                concurrency=_CONCURRENCY,
                secrets=(Secret(key=new_secret(), created_at=clock.now()),),
                created_at=clock.now(),
            )
            await registry.add_endpoint(endpoint)
        intake = Intake(redis, registry, DeliveryQueue(redis), clock)
        for start in range(0, _OURS // _ENDPOINTS, 100):
            await intake.take(0, [event(number, _BODY_BYTES) for number in range(start, start + 100)])


@contextmanager
def _peer(bench: Bench, module: str, worker: list[str]) -> Iterator[int]:
    """Queue the peer's tasks with its own client, then run one process of its own worker."""
    python = peers_python()
    environment = {"PEER_BROKER": bench.redis_url, "PYTHONPATH": str(Path(__file__).parents[1])}
    asyncio.run(_empty(bench))
    subprocess.run(
        [str(python), "-m", module, str(_THEIRS), f"{bench.url}/hook"],
        env=os.environ | environment,
        check=True,
    )
    command = [str(python.parent / worker[0]), *worker[1:]]
    with running(command, core=0, log=bench.folder / "log", **environment) as process:
        yield process


async def _empty(bench: Bench) -> None:
    async with connect(bench.redis_url) as redis:
        await redis.flushall()


def _celery(bench: Bench) -> AbstractContextManager[int]:
    module = "benchmarks.peers.celery_requests"
    return _peer(
        bench, module, ["celery", "-A", module, "worker", "--concurrency", "1", "--loglevel", "INFO"]
    )


def _dramatiq(bench: Bench) -> AbstractContextManager[int]:
    module = "benchmarks.peers.dramatiq_requests"
    return _peer(bench, module, ["dramatiq", module, "--processes", "1"])


def _taskiq(bench: Bench) -> AbstractContextManager[int]:
    module = "benchmarks.peers.taskiq_httpx"
    return _peer(bench, module, ["taskiq", "worker", f"{module}:broker", "--workers", "1"])
