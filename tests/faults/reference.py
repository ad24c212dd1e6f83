"""A run without faults: the same events, each once, in a fresh installation, whose feeds are right."""

import asyncio
import sys
import time
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp

from shared import keys
from tests.faults.installation import ADMIN_TOKEN, PUBLIC_URL, Installation, running
from tests.faults.operator import Operator
from tests.faults.report import Finding
from tests.faults.stream import StreamIntruder

_FORMS = ("rss", "atom", "json")
_SETTLING_SECONDS = 30.0
_PATIENCE, _EVENTS_PER_SECOND = 120, 100
"""How long the reference may take to apply the events: seconds, and how fast it does so at the least."""
_PAUSE = 0.1
_LINES = 30


async def same_bytes(
    run: Installation, intruder: StreamIntruder, http: aiohttp.ClientSession, folder: Path
) -> Finding:
    """Compare every feed of a run, in every format, with those that the same events make without faults."""
    reference = Installation(folder, partitions=run.partitions)
    async with running(reference):
        events = await _copy(intruder, reference)
        operator = Operator(http, reference.feed, ADMIN_TOKEN)
        await operator.worked_off(_PATIENCE + events / _EVENTS_PER_SECOND)
        paths = [path for feed in await _feeds(operator) for path in feed["urls"].values()]
        paths = sorted(path.removeprefix(PUBLIC_URL) for path in paths)
        different = [path for path in paths if not await _agree(http, run, reference, path)]
        known = await _feeds(Operator(http, run.feed, ADMIN_TOKEN))
        if different:
            await _show_difference(http, run, reference, different[0])
    return Finding(
        "the feeds' bytes are those of a run without faults",
        not different and len(known) * len(_FORMS) == len(paths),
        f"{len(paths)} documents of {events} events, {len(different)} differ"
        + (f": {', '.join(different[:3])}" if different else ""),
    )


async def _copy(intruder: StreamIntruder, reference: Installation) -> int:
    """Put each event of a run on the streams of the reference, once; return how many."""
    seen: set[str] = set()
    async with reference.client() as redis:
        pipe = redis.pipeline(transaction=False)
        async for partition, fields, event_id in intruder.entries():
            if event_id is not None and event_id not in seen:
                seen.add(event_id)
                given: dict[Any, Any] = dict(fields)
                pipe.xadd(keys.events(partition), given)
                if len(pipe) >= 200:
                    await pipe.execute()
        await pipe.execute()
    return len(seen)


async def _feeds(operator: Operator) -> list[dict[str, Any]]:
    answer: dict[str, list[dict[str, Any]]] = await operator.call("GET", "/api/feeds")
    return answer["feeds"]


async def _agree(http: aiohttp.ClientSession, one: Installation, other: Installation, path: str) -> bool:
    """Tell whether both give the same bytes; right after a burst a feed may be shown some moments late."""
    end = time.monotonic() + _SETTLING_SECONDS
    while await _get(http, one, path) != await _get(http, other, path):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(_PAUSE)
    return True


async def _show_difference(
    http: aiohttp.ClientSession, one: Installation, other: Installation, path: str
) -> None:
    """Print the first lines in which a document differs."""
    ours, right = [
        (await _get(http, each, path)).decode().replace("><", ">\n<").splitlines() for each in (one, other)
    ]
    lines = unified_diff(ours, right, "after faults", "without faults", lineterm="", n=1)
    sys.stdout.write("\n".join([path, *(line[:200] for line in islice(lines, _LINES))]) + "\n")


async def _get(http: aiohttp.ClientSession, installation: Installation, path: str) -> bytes:
    async with http.get(installation.feed + path) as answer:
        return await answer.read()
