"""A feed of 60 KB served whole and as 304, beside nginx with the same file and beside framework routes.

One process each, all on the same core, in turn; wrk asks from another core over 16 connections.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.articles import event
from benchmarks.installation import answers, free_port, newswire, running, valkey, wait_for
from benchmarks.measuring import Report, Row, in_turn, need, on_core
from benchmarks.peers_venv import gunicorn
from services.feed.feeds.index import FeedIndex
from shared.redis_connection import connect

_SECONDS, _CONNECTIONS = 2, 16
_ARTICLES, _BYTES = 50, 700
_CONDITIONAL_REQUESTS = 100_000
_ROUTE = "FastAPI route that reads Redis"

_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; keepalive_requests 1000000000;
  types {{ application/rss+xml xml; }}
  server {{
    listen 127.0.0.1:{port}; root {folder}/files; etag on;
    add_header Cache-Control "public, max-age=300"; add_header Vary Accept-Encoding;
    add_header Access-Control-Allow-Origin "*";
    add_header Link '<https://news.example/feeds/all.rss>; rel="self"';
  }}
}}
"""


@dataclass(frozen=True)
class Server:
    """One of those that are compared: where it serves the feed, and the id of its process."""

    url: str
    process: int


def run(report: Report) -> None:
    """Measure all servers in turn."""
    print("serving", flush=True)
    need("nginx", "wrk")
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, ExitStack() as stack:
        servers = _servers(Path(name), stack)
        whole = in_turn({name: partial(_per_second, server) for name, server in servers.items()})
        unchanged = in_turn({n: partial(_per_second, s, _etag(s.url)) for n, s in servers.items()})
        for what, found, target in (("200", whole, "≥ 0.35"), ("304", unchanged, "≥ 0.25")):
            nginx = ("requests/s", "nginx", found.pop("nginx"))
            report.rows += [
                Row(f"{what}: {name}", figure, *nginx, target if name == "Newswire" else "")
                for name, figure in found.items()
            ]
        report.rows += [_beside_a_route(whole), _growth(servers["Newswire"])]
        report.remarks.append(
            f"Serving: {len(_body(servers['Newswire'].url)):,} bytes, one process per server."
        )


def _servers(folder: Path, stack: ExitStack) -> dict[str, Server]:
    redis_url = stack.enter_context(valkey(folder))
    asyncio.run(_fill(redis_url))
    ours = stack.enter_context(_ours(folder, redis_url))
    file = folder / "files" / "feed.xml"
    file.parent.mkdir()
    file.write_bytes(_body(ours.url))
    django = gunicorn("benchmarks.peers.django_cached", port := free_port())
    return {
        "nginx": stack.enter_context(_nginx(folder)),
        "Newswire": ours,
        "FastAPI route from memory": stack.enter_context(_fastapi(str(file))),
        _ROUTE: stack.enter_context(_fastapi(str(file), redis_url)),
        "Django view from its cache": stack.enter_context(_peer(django, port, PEER_FEED=str(file))),
    }


def _beside_a_route(whole: Mapping[str, float]) -> Row:
    return Row("200: Newswire", whole["Newswire"], "requests/s", _ROUTE, whole[_ROUTE], "≥ 5")


async def _fill(redis_url: str) -> None:
    redis = connect(redis_url)
    await FeedIndex(redis, 1).apply(0, [event(n, _BYTES) for n in range(_ARTICLES)])
    await redis.aclose()


@contextmanager
def _ours(folder: Path, redis_url: str) -> Iterator[Server]:
    port = free_port()
    settings = {"REDIS_URL": redis_url, "DATA_DIR": str(folder / "data"), "FEED_PORT": str(port)}
    url = f"http://127.0.0.1:{port}/feeds/all.rss"
    with newswire("feed --role web", settings, core=0) as process:
        wait_for(partial(answers, url), "Newswire")
        yield Server(url, process)


def _fastapi(*arguments: str) -> AbstractContextManager[Server]:
    port = free_port()
    return _peer([sys.executable, "-m", "benchmarks.peers.fastapi_route", str(port), *arguments], port)


@contextmanager
def _peer(command: list[str], port: int, **environment: str) -> Iterator[Server]:
    url = f"http://127.0.0.1:{port}/feed.xml"
    with running(command, core=0, log=None, **environment) as process:
        wait_for(partial(answers, url), "the peer")
        yield Server(url, process)


@contextmanager
def _nginx(folder: Path) -> Iterator[Server]:
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    (folder / "files").chmod(0o755)
    folder.chmod(0o755)
    url = f"http://127.0.0.1:{port}/feed.xml"
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, core=0) as process:
        wait_for(partial(answers, url), "nginx")
        yield Server(url, process)


def _body(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own, on loopback
        body: bytes = answer.read()
        return body


def _etag(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own, on loopback
        return str(answer.headers["ETag"])


def _per_second(server: Server, etag: str | None = None) -> float:
    return _wrk(server.url, etag)[1]


def _wrk(url: str, etag: str | None) -> tuple[int, float]:
    """Return how many requests were answered, and how many per second; any error ends the benchmark."""
    conditions = ["-H", f"If-None-Match: {etag}"] if etag else []
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}", *conditions, url]
    said = subprocess.run([*on_core(1), *command], capture_output=True, text=True, check=True).stdout
    total, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if total is None or rate is None or "Socket errors" in said or "Non-2xx" in said:
        sys.exit(f"{url}: {said}")
    return int(total[1]), float(rate[1])


def _growth(server: Server) -> Row:
    """Return how much memory so many conditional requests leave behind, after as many to warm up."""
    etag = _etag(server.url)

    def ask() -> int:
        asked = 0
        while asked < _CONDITIONAL_REQUESTS:
            asked += _wrk(server.url, etag)[0]
        return asked

    ask()
    before = _resident_kilobytes(server.process)
    asked = ask()
    grown = _resident_kilobytes(server.process) - before
    return Row(
        f"memory left behind by {asked:,} conditional requests", grown, "KB", "in use", before, "≤ 0.01"
    )


def _resident_kilobytes(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    if found is None:
        raise AssertionError("no VmRSS")
    return int(found[1])
