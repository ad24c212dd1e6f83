"""A Chromium, the accessibility rules, and an installation with articles in it, made once for all tests."""

import io
import struct
import tempfile
import threading
import wave
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Browser, chromium, chromium_binary, chromium_missing
from tests.browser.showcase import crowd, showcase
from tests.conftest import ValkeyServer
from tests.installed import node_module, require
from tests.journeys.running import ADMIN_TOKEN, Newswire, newswire

_HERE = Path(__file__).parent
_SEEDS = _HERE.parent.parent / "seeds"
_AXE = _HERE / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium for all tests."""
    require("Chromium, which looks at the pages,", chromium_missing)
    with chromium(chromium_binary()) as running:
        yield running


@pytest.fixture(scope="session")
def axe() -> str:
    """Read axe-core, which finds what keeps people out of a page."""
    require("axe-core", node_module("axe-core", "browser"))
    return _AXE.read_text()


@dataclass(frozen=True)
class Site:
    """A running installation, seen from outside."""

    url: str
    ingest_url: str
    media_url: str
    admin: str


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Start an installation in which the seeds and the showcase are published."""
    with (
        tempfile.TemporaryDirectory(prefix="nw-") as store,
        tempfile.TemporaryDirectory(prefix="nw-") as folder,
        _media() as media,
    ):
        server = ValkeyServer(Path(store))
        server.start()
        try:
            with newswire(
                server,
                Path(folder),
                NEWSWIRE_PUBLISHER_NAME="Institute for Ice & Roads",
                NEWSWIRE_PUBLISHER_URL="https://ice.example",
                NEWSWIRE_PUBLISHER_DESCRIPTION=(
                    "An independent institute that asks what a warmer north means for everybody else."
                ),
                NEWSWIRE_TIMEZONE="Europe/Oslo",
            ) as installation:
                _publish(installation, [*showcase(media), *crowd()])
                feed, ingest = str(installation.feed.base_url), str(installation.ingest.base_url)
                yield Site(feed.rstrip("/"), ingest.rstrip("/"), media, ADMIN_TOKEN)
        finally:
            server.kill()


def _publish(installation: Newswire, articles: list[dict[str, Any]]) -> None:
    for document in sorted(_SEEDS.glob("*.txt")):
        posted = installation.ingest.post(
            "/documents", content=document.read_bytes(), headers={"Content-Type": "text/plain; charset=utf-8"}
        )
        posted.raise_for_status()
    installation.ingest.post("/articles/batch", json=articles).raise_for_status()
    installation.accept(id="gone", title="An error of ours", published_at="2026-03-01")
    installation.ingest.post("/articles/gone/withdraw", json={"reason": "Wrong"}).raise_for_status()
    client = installation.feed

    def arrived() -> bool:
        return client.get("/articles/gone").status_code == 410 and "kind/testimony" in client.get("/").text

    installation.wait(arrived, "everything is published")


@contextmanager
def _media() -> Iterator[str]:
    """Serve a picture and a second of silence on a port of their own, as a publisher's site would."""
    with tempfile.TemporaryDirectory(prefix="nw-media-") as folder:
        (Path(folder) / "picture.png").write_bytes(_picture())
        (Path(folder) / "talk.wav").write_bytes(_silence())
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()
        server.server_close()


def _picture() -> bytes:
    """Return a PNG (https://www.w3.org/TR/png-3/) of an evening sky."""
    width, height = 800, 450
    rows = (bytes([0, *(bytes([40 + y // 3, 60 + y // 4, 120 - y // 8]) * width)]) for y in range(height))
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(b"".join(rows)),
        b"IEND": b"",
    }
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _silence() -> bytes:
    """Return a WAV of a tenth of a second."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return written.getvalue()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""
