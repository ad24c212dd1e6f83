"""The peers that accept articles over HTTP: which there are, how each is started, and where it listens.

One process each on the core of ours. What they answer with success is as safe as with us: FastAPI's articles
are tasks of Celery on the same Valkey, Django's are rows of SQLite that its disk has.
"""

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.installation import accepts_connections, free_port, running, wait_for
from benchmarks.measuring import Row
from benchmarks.peers_venv import gunicorn, peers_python

CELERY, DJANGO = "FastAPI and Celery", "Django REST framework and SQLite"


def started(folder: Path, redis_url: str, stack: ExitStack) -> dict[str, str]:
    """Start all of them until the stack ends; return the address of each by its name."""
    found = {}
    for name, start in _PEERS.items():
        port = free_port()
        command, environment = start(port, folder, redis_url)
        stack.enter_context(running(command, core=0, log=None, **environment))
        wait_for(partial(accepts_connections, port), name)
        found[name] = f"http://127.0.0.1:{port}/"
    return found


def rows(what: str, rates: Mapping[str, float]) -> list[Row]:
    """Return ours (`one` among the rates) beside each peer, of which the best one sets the target."""
    best = max(_PEERS, key=lambda name: rates[name])
    return [
        Row(what, rates["one"], "articles/s", name, rates[name], "≥ 2" if name == best else "")
        for name in _PEERS
    ]


def _celery(port: int, _folder: Path, redis_url: str) -> tuple[list[str], dict[str, str]]:
    command = [str(peers_python()), "-m", "uvicorn", "benchmarks.peers.celery_articles:app"]
    return [*command, "--port", str(port), "--no-access-log", "--log-level", "warning"], {
        "PEER_BROKER": redis_url
    }


def _django(port: int, folder: Path, _redis_url: str) -> tuple[list[str], dict[str, str]]:
    environment = {"PEER_DATABASE": str(folder / "articles.sqlite3")}
    table = [str(peers_python()), "-m", "benchmarks.peers.django_articles"]
    subprocess.run(table, env=os.environ | environment, check=True)
    return gunicorn("benchmarks.peers.django_articles", port), environment


_PEERS: Mapping[str, Callable[[int, Path, str], tuple[list[str], dict[str, str]]]] = {
    CELERY: _celery,
    DJANGO: _django,
}
