"""From the stream to the feeds' index: the `feeds` group alone, beside a raw redis-py loop and FastStream.

One process each on one core, Valkey on the other one. Every event is a new article of 3 KB in five feeds, and
all wait on the stream before the clock starts; it stops when the last one is acknowledged.
"""

import asyncio
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis

from benchmarks.articles import event
from benchmarks.installation import valkey
from benchmarks.measuring import Report, Row, in_turn, on_core
from shared import keys
from shared.redis_connection import connect
from shared.streams import make_groups

_EVENTS, _BYTES, _AT_ONCE = 6_000, 3_000, 200
_PATIENCE = 120
_OURS = "benchmarks.applying_ours"
_RAW, _FASTSTREAM = "benchmarks.peers.applying_raw", "benchmarks.peers.applying_faststream"


def run(report: Report) -> None:
    """Measure all in turn."""
    print("applying", flush=True)
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, valkey(Path(name), core=1) as redis_url:
        found = in_turn({module: partial(_rate, redis_url, module) for module in (_OURS, _RAW, _FASTSTREAM)})
    what = "events applied to the feeds' index"
    report.rows += [
        Row(what, found[_OURS], "/s", "raw redis-py loop, one pipeline a batch", found[_RAW], "≥ 0.7"),
        Row("the same", found[_OURS], "/s", "FastStream, one message at a time", found[_FASTSTREAM], "≥ 1"),
    ]
    report.remarks.append(
        "Applying: the raw loop parses the same JSON and writes the same keys with single commands, and no "
        "more: it asks for nothing, compares nothing, and a crash of it leaves half of a batch."
    )


def _rate(redis_url: str, module: str) -> float:
    """Return the events per second of one process that works off a full stream."""
    asyncio.run(_fill(redis_url))
    command = [*on_core(0), sys.executable, "-m", module, redis_url, str(_EVENTS)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE).stdout
    return _EVENTS / float(said)


async def _fill(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        await redis.flushall()
        await make_groups(redis, 1)
        for start in range(0, _EVENTS, _AT_ONCE):
            await add(redis, range(start, start + _AT_ONCE), _BYTES)


async def add(redis: "Redis", numbers: range, size: int) -> None:
    """Put the events of new articles with texts of about so many bytes on the stream, as ingest does."""
    async with redis.pipeline(transaction=False) as pipe:
        for number in numbers:
            one = event(number, size)
            message = await BinaryMessageFormatV1.encode(
                message=one.model_dump(mode="json"), reply_to=None, headers={}, correlation_id=one.id
            )
            pipe.xadd(keys.events(0), {"__data__": message})
        await pipe.execute()
