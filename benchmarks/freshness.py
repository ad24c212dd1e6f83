"""From an accepted article to its place in the feed, at 100 articles a second, all processes of one machine.

One client posts, another polls the feed without a pause, as no reader does: that is the hardest case, since
every article is then shown by a rendition of its own. A burst follows: 10,000 articles as fast as they go in.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from statistics import median, quantiles
from typing import Any

import aiohttp

from benchmarks.bare_stream import bare_milliseconds
from benchmarks.installation import TOKEN, Installation, whole_installation
from benchmarks.measuring import ROUNDS, Report, Row

_PER_SECOND, _SECONDS = 100, 4
_BURST, _BATCH = 10_000, 1000
_BEARER = {"Authorization": f"Bearer {TOKEN}"}


def run(report: Report) -> None:
    """Start an installation and measure it."""
    print("freshness", flush=True)
    with whole_installation() as installation:
        asyncio.run(_measure(installation, report))


async def _measure(installation: Installation, report: Report) -> None:
    async with aiohttp.ClientSession() as session:
        rounds, bare = [], []
        for n in range(ROUNDS):
            rounds.append(await _steady(session, installation, n))
            bare.append(await bare_milliseconds(installation.redis_url))
        least = [median(figures) for figures in zip(*bare, strict=True)]
        what = f"posted → visible at {_PER_SECOND} articles/s"
        p50, p99, accepted_p99 = (median(figures) for figures in zip(*rounds, strict=True))
        report.rows += [
            Row(f"{what}, p50", p50, "ms", "XADD to XREADGROUP alone", least[0]),
            Row(f"{what}, p99", p99, "ms", "XADD to XREADGROUP alone", least[1]),
            Row("accepted (202) → visible, p99", accepted_p99, "ms", "allowed", 50.0, "≤ 1"),
            await _burst(session, installation),
        ]


async def _steady(
    session: aiohttp.ClientSession, at: Installation, number: int
) -> tuple[float, float, float]:
    """Return the milliseconds until an article is shown: p50 and p99 from its POST, p99 from its 202."""
    posted: dict[str, float] = {}
    accepted: dict[str, float] = {}
    shown: dict[str, float] = {}
    posting = asyncio.create_task(_post_steadily(session, at, number, posted, accepted))
    while not posting.done() or posted.keys() - shown.keys():
        titles, _ = await _read(session, at)
        now = time.perf_counter()
        for title in titles:
            shown.setdefault(title, now)
    await posting
    from_post, from_202 = [
        [(shown[title] - moment) * 1000 for title, moment in moments.items()]
        for moments in (posted, accepted)
    ]
    return median(from_post), quantiles(from_post, n=100)[98], quantiles(from_202, n=100)[98]


async def _post_steadily(
    session: aiohttp.ClientSession,
    at: Installation,
    number: int,
    posted: dict[str, float],
    accepted: dict[str, float],
) -> None:
    began = time.perf_counter()

    async def post(n: int) -> None:
        title = f"Steady {number} {n}"
        article = _article(title)
        posted[title] = time.perf_counter()
        async with session.post(f"{at.ingest}/articles", json=article, headers=_BEARER) as answer:
            answer.raise_for_status()
            accepted[title] = time.perf_counter()

    tasks = []
    for n in range(_PER_SECOND * _SECONDS):
        await asyncio.sleep(max(0.0, began + n / _PER_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(post(n)))
    await asyncio.gather(*tasks)


async def _burst(session: aiohttp.ClientSession, at: Installation) -> Row:
    """Return how many versions of the feed a reader sees that polls all through a burst."""
    before = (await _read(session, at))[1]
    versions = set()
    posting = asyncio.create_task(_post_burst(session, at))
    titles: set[str] = set()
    began = time.perf_counter()
    while not posting.done() or f"Burst {_BURST - 1}" not in titles:
        titles, version = await _read(session, at)
        versions.add(version)
    what = f"versions of a feed made in a burst of {_BURST:,} articles ({time.perf_counter() - began:.0f} s)"
    return Row(what, len(versions - {before}), "versions")


async def _post_burst(session: aiohttp.ClientSession, at: Installation) -> None:
    for start in range(0, _BURST, _BATCH):
        batch = [_article(f"Burst {n}") for n in range(start, start + _BATCH)]
        async with session.post(f"{at.ingest}/articles/batch", json=batch, headers=_BEARER) as answer:
            answer.raise_for_status()


async def _read(session: aiohttp.ClientSession, at: Installation) -> tuple[set[str], str]:
    """Return the titles in the feed and its validator."""
    async with session.get(f"{at.feed}/feeds/all.json", headers={"Accept-Encoding": "identity"}) as answer:
        items: Iterable[dict[str, Any]] = json.loads(await answer.read())["items"]
        return {item["title"] for item in items}, answer.headers["ETag"]


def _article(title: str) -> dict[str, str]:
    text = "The road opened late this year, and what went over it cost more. " * 30
    return {"title": title, "content_html": f"<p>{text}</p>"}
