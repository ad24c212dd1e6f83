"""A power cut: everything ends at once, and only what had reached the disk is there afterwards.

The data folder lies on a file system in a file (a loop mount, which takes root). What was written but not
flushed is in that file system's memory and not in the file; so a copy of the file is what a power cut leaves.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from tests.faults.installation import INGEST_TOKEN, Installation, running
from tests.faults.report import Finding

_SIZE = 256 * 1024 * 1024
_CLIENTS = 4
_ACCEPTED = 202
_HEADERS = {"Authorization": f"Bearer {INGEST_TOKEN}"}


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    """Mount the file system in a file, making both on first use."""
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(_SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    folder.mkdir()
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def survives(folder: Path, build: Path, seconds: float) -> Finding:
    """Cut the power under load; tell whether everything that was accepted is there after the next start."""
    image, left = folder / "disk", folder / "disk-after"
    accepted: list[str] = []
    with mounted(image, folder / "before") as disk:
        installation = Installation(disk / "run", build=build, proxied=False)
        async with running(installation), aiohttp.ClientSession(headers=_HEADERS) as http:
            clients = [
                asyncio.create_task(_publish(http, installation.ingest, n, accepted)) for n in range(_CLIENTS)
            ]
            await asyncio.sleep(seconds)
            valkey = installation.pid("valkey")
            if valkey is None:
                raise RuntimeError("Valkey is not there to lose its power")
            os.kill(valkey, signal.SIGSTOP)
            shutil.copyfile(image, left)
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
            sure = list(accepted)
            for pid in installation.pids().values():
                os.kill(pid, signal.SIGKILL)
    with mounted(left, folder / "after") as disk:
        installation = Installation(disk / "run", build=build, proxied=False)
        async with running(installation), aiohttp.ClientSession(headers=_HEADERS) as http:
            lost = [i for i in sure if not await _is_there(http, installation.ingest, i)]
    return Finding(
        "what was accepted survives a power cut",
        not lost and bool(sure),
        f"{len(sure)} articles, {len(lost)} lost",
    )


async def _publish(http: aiohttp.ClientSession, url: str, client: int, accepted: list[str]) -> None:
    number = 0
    while True:
        number += 1
        async with http.post(
            f"{url}/articles", json={"title": f"Before the cut {client}.{number}"}
        ) as answer:
            if answer.status == _ACCEPTED:
                accepted.append((await answer.json())["id"])


async def _is_there(http: aiohttp.ClientSession, url: str, article_id: str) -> bool:
    async with http.get(f"{url}/articles/{article_id}") as answer:
        return answer.ok
