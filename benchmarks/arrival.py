"""From an accepted article to its webhook at every partner, at 100 articles a second, all on one machine."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from statistics import median, quantiles

import aiohttp
from aiohttp import web

from benchmarks.bare_stream import bare_milliseconds
from benchmarks.installation import TOKEN, Installation, whole_installation
from benchmarks.measuring import ROUNDS, Report, Row

_PER_SECOND, _SECONDS = 100, 4
_ENDPOINTS = 5
_BEARER = {"Authorization": f"Bearer {TOKEN}"}

Arrived = dict[str, dict[str, float]]
"""When each article came first to each endpoint, by its title and the endpoint's path."""


def run(report: Report) -> None:
    """Start an installation and measure it."""
    print("arrival", flush=True)
    with whole_installation(ALLOW_PRIVATE_ENDPOINTS="127.0.0.0/8") as at:
        (p50, p99, accepted_p99), least = asyncio.run(_measure(at))
    what = f"posted → webhook received at {_PER_SECOND} articles/s, {_ENDPOINTS} endpoints"
    report.rows += [
        Row(f"{what}, p50", p50, "ms", "XADD to XREADGROUP alone", least[0]),
        Row(f"{what}, p99", p99, "ms", "XADD to XREADGROUP alone", least[1]),
        Row("accepted (202) → webhook received, p99", accepted_p99, "ms", "allowed", 100.0, "≤ 1"),
    ]


async def _measure(at: Installation) -> tuple[list[float], list[float]]:
    """Return what a round gives of ours, and p50 and p99 of the least that it can take."""
    arrived: Arrived = {}
    # Connections that idle between two rounds are let go before the service does so under a request.
    connector = aiohttp.TCPConnector(keepalive_timeout=2)
    async with (
        _receiver(arrived) as url,
        aiohttp.ClientSession(headers=_BEARER, connector=connector) as session,
    ):
        async with session.post(f"{at.feed}/api/partners", json={"name": "Benchmark"}) as answer:
            partner = (await answer.json())["id"]
        for number in range(_ENDPOINTS):
            endpoint = {"url": f"{url}/{number}"}
            async with session.post(f"{at.feed}/api/partners/{partner}/endpoints", json=endpoint) as answer:
                answer.raise_for_status()
        rounds, bare = [], []
        for number in range(ROUNDS):
            rounds.append(await _round(session, f"{at.ingest}/articles", number, arrived))
            bare.append(await bare_milliseconds(at.redis_url))
    return _medians(rounds), _medians(bare)


def _medians(rounds: Iterable[tuple[float, ...]]) -> list[float]:
    return [median(figures) for figures in zip(*rounds, strict=True)]


@asynccontextmanager
async def _receiver(arrived: Arrived) -> AsyncIterator[str]:
    """Run a receiver that notes when each article came."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        arrived.setdefault(json.loads(body)["data"]["title"], {}).setdefault(
            request.path, time.perf_counter()
        )
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/{endpoint}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _round(
    session: aiohttp.ClientSession, articles: str, number: int, arrived: Arrived
) -> tuple[float, float, float]:
    """Return milliseconds to the arrival at each endpoint: p50 and p99 from the POST, p99 from its 202."""
    posted: dict[str, float] = {}
    accepted: dict[str, float] = {}

    async def post(n: int) -> None:
        title = f"Round {number} article {n}"
        article = {"title": title, "content_html": f"<p>{'The road opened late. ' * 150}</p>"}
        posted[title] = time.perf_counter()
        async with session.post(articles, json=article) as answer:
            answer.raise_for_status()
            accepted[title] = time.perf_counter()

    began, posts = time.perf_counter(), []
    for n in range(_PER_SECOND * _SECONDS):
        await asyncio.sleep(max(0.0, began + n / _PER_SECOND - time.perf_counter()))
        posts.append(asyncio.create_task(post(n)))
    await asyncio.gather(*posts)
    await asyncio.wait_for(_all_arrived(posted, arrived), 60)
    from_post, from_202 = [
        [(moment - at) * 1000 for title, at in moments.items() for moment in arrived[title].values()]
        for moments in (posted, accepted)
    ]
    return median(from_post), quantiles(from_post, n=100)[98], quantiles(from_202, n=100)[98]


async def _all_arrived(posted: Iterable[str], arrived: Arrived) -> None:
    for title in posted:
        while len(arrived.get(title, ())) < _ENDPOINTS:  # noqa: ASYNC110 - once per round, after its measuring
            await asyncio.sleep(0.02)
