"""Articles of 10 KB accepted over HTTP, one by one and in batches, beside XADD of the same events alone.

One process of the ingest service on one core; wrk asks over 32 connections, and redis-py writes from 32 tasks
on uvloop, from another core that Valkey is on too. Every article is new, so each costs a whole acceptance.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

import uvloop
from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis

from benchmarks import accepting_peers
from benchmarks.articles import event
from benchmarks.installation import TOKEN, answers, free_port, newswire, valkey, wait_for
from benchmarks.measuring import Report, Row, in_turn, need, on_core

_SECONDS, _BYTES = 3, 10_000
_CONNECTIONS = 32
_BATCH, _BATCH_CONNECTIONS, _PIPELINES = 100, 8, 4

# A new article each time: only its address and title differ, and the rest is made once.
_SCRIPT = """
local rest, batch, number = [==[{rest}]==], {batch}, 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
local function article()
  number = number + 1
  local name = "{run}-" .. number
  return '{{"url":"https://news.example/' .. name .. '","title":"Article ' .. name .. '",' .. rest
end
function request()
  if batch == 1 then return wrk.format(nil, "/articles", nil, article()) end
  local articles = {{}}
  for n = 1, batch do articles[n] = article() end
  return wrk.format(nil, "/articles/batch", nil, "[" .. table.concat(articles, ",") .. "]")
end
"""


def run(report: Report) -> None:
    """Measure all in turn."""
    print("accepting", flush=True)
    need("wrk")
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, valkey(Path(name), core=1) as redis_url:
        port = free_port()
        settings = {"REDIS_URL": redis_url, "DATA_DIR": str(Path(name) / "data"), "INGEST_PORT": str(port)}
        with newswire("ingest", settings, core=0), ExitStack() as stack:
            wait_for(partial(answers, f"http://127.0.0.1:{port}/readyz"), "Newswire")
            runs = count()
            post = partial(_accept, Path(name) / "post.lua")
            accept = partial(post, f"http://127.0.0.1:{port}/")
            peers = accepting_peers.started(Path(name), redis_url, stack)
            found = in_turn(
                {
                    "one": lambda: accept(next(runs), batch=1, connections=_CONNECTIONS),
                    "batch": lambda: accept(next(runs), batch=_BATCH, connections=_BATCH_CONNECTIONS),
                    "xadd": lambda: uvloop.run(_add(redis_url, tasks=_CONNECTIONS, pipelined=1)),
                    "pipeline": lambda: uvloop.run(_add(redis_url, tasks=_PIPELINES, pipelined=_BATCH)),
                }
                | {
                    peer: lambda url=url: post(url, next(runs), batch=1, connections=_CONNECTIONS)
                    for peer, url in peers.items()
                }
            )
    alone = f"XADD one by one, {_CONNECTIONS} tasks", found["xadd"]
    one = f"accepted one by one, {_CONNECTIONS} connections"
    batch = f"accepted in batches of {_BATCH}, {_BATCH_CONNECTIONS} connections"
    report.rows += [
        Row(one, found["one"], "articles/s", *alone, "≥ 0.15"),
        Row(batch, found["batch"], "articles/s", *alone, "≥ 0.4"),
        Row(f"XADD in pipelines of {_BATCH}, {_PIPELINES} tasks", found["pipeline"], "events/s", *alone),
        *accepting_peers.rows(one, found),
    ]


def _accept(script: Path, url: str, run_number: int, *, batch: int, connections: int) -> float:
    """Return how many articles were accepted per second; any answer but success ends the benchmark."""
    article = event(1, _BYTES).article
    rest = article.model_dump_json(exclude={"id", "url", "title"}, exclude_unset=True).removeprefix("{")
    script.write_text(_SCRIPT.format(rest=rest, batch=batch, run=run_number, token=TOKEN))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{_SECONDS}", "--timeout", "30s", "-s", str(script), url]
    said = subprocess.run([*on_core(1), *command], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None or "Socket errors" in said or "Non-2xx" in said:
        sys.exit(f"accepting: {said}")
    return float(rate[1]) * batch


async def _add(redis_url: str, *, tasks: int, pipelined: int) -> float:
    """Return how many events redis-py adds to a stream per second."""
    one = event(1, _BYTES)
    message = await BinaryMessageFormatV1.encode(
        message=one.model_dump_json(), reply_to=None, headers={}, correlation_id=one.id
    )
    redis: Redis = Redis.from_url(redis_url)
    added = 0
    began = time.perf_counter()

    async def write() -> None:
        nonlocal added
        while time.perf_counter() < began + _SECONDS:
            if pipelined == 1:
                await redis.xadd("benchmark", {"__data__": message})
            else:
                async with redis.pipeline(transaction=False) as pipe:
                    for _ in range(pipelined):
                        pipe.xadd("benchmark", {"__data__": message})
                    await pipe.execute()
            added += pipelined

    await asyncio.gather(*[write() for _ in range(tasks)])
    rate = added / (time.perf_counter() - began)
    await redis.delete("benchmark")
    await redis.aclose()
    return rate
