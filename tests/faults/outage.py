"""What everybody sees while Redis is away, and what it costs: nothing pretends, nothing spins."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from tests.faults.installation import Installation
from tests.faults.processes import footprint
from tests.faults.publishers import Publisher
from tests.faults.report import Finding

SECONDS = 6.0
_PATIENCE = aiohttp.ClientTimeout(total=8)
_OK, _UNAVAILABLE = 200, 503
_SPINNING = 0.5
"""Of a core, in one process, while it is asked for something twice a second."""


@dataclass
class Outage:
    """Takes Redis away from a quiet installation for some seconds and looks at it from outside."""

    installation: Installation
    http: aiohttp.ClientSession
    publisher: Publisher

    async def findings(self) -> list[Finding]:
        """Return what was seen, and what it cost."""
        proxy = self.installation.proxy
        if proxy is None:
            return []
        async with self.http.get(f"{self.installation.feed}/feeds/all.json") as answer:
            await answer.read()
        proxy.refuse(on=True)
        # What was read a fifth of a second ago counts as current.
        await asyncio.sleep(0.5)
        try:
            before, began = self._cpu(), time.monotonic()
            seen: list[str] = []
            while time.monotonic() < began + SECONDS:
                seen += await self._look()
                await asyncio.sleep(0.5)
            shares = self._shares(before, time.monotonic() - began)
        finally:
            proxy.refuse(on=False)
        wrong = sorted(set(seen) - {"right"})
        return [
            Finding(
                "while Redis is away feeds are stale and say so, the rest is refused, readiness tells",
                not wrong and bool(seen),
                f"{len(seen)} looks in {SECONDS:.0f} s, {len(seen) - seen.count('right')} wrong"
                + (f": {'; '.join(wrong[:3])}" if wrong else ""),
            ),
            Finding(
                "while Redis is away nothing spins",
                all(share is not None and share < _SPINNING for share in shares.values()),
                "CPU " + ", ".join(f"{n} {'ended' if s is None else f'{s:.0%}'}" for n, s in shares.items()),
            ),
        ]

    async def _look(self) -> list[str]:
        """Ask for everything once; return "right" or what was wrong, for each."""
        found = []
        for ask in (self._an_article, self._readiness_of_ingest, self._readiness_of_feed, self._the_feed):
            try:
                found.append(await ask())
            except (aiohttp.ClientError, TimeoutError) as error:
                found.append(f"no answer but {error!r}")
        return found

    async def _an_article(self) -> str:
        url, body = f"{self.installation.ingest}/articles", {"title": self.publisher.new_piece().title}
        async with self.publisher.http.post(url, json=body, timeout=_PATIENCE) as answer:
            refused = answer.status == _UNAVAILABLE and "Retry-After" in answer.headers
            return "right" if refused else f"an article was answered {answer.status}"

    async def _readiness_of_ingest(self) -> str:
        return await self._readiness(self.installation.ingest)

    async def _readiness_of_feed(self) -> str:
        return await self._readiness(self.installation.feed)

    async def _readiness(self, url: str) -> str:
        async with self.http.get(f"{url}/readyz", timeout=_PATIENCE) as answer:
            return "right" if answer.status == _UNAVAILABLE else f"readyz said {answer.status}"

    async def _the_feed(self) -> str:
        url = f"{self.installation.feed}/feeds/all.json"
        async with self.http.get(url, timeout=_PATIENCE) as answer:
            marked = {"Warning", "Age"} <= answer.headers.keys()
            right = answer.status == _OK and marked
            return "right" if right else f"the feed was answered {answer.status}, marked: {marked}"

    def _cpu(self) -> dict[tuple[str, int], float]:
        running = self.installation.pids().items()
        return {(name, pid): used.cpu for name, pid in running if (used := footprint(pid)) is not None}

    def _shares(self, before: dict[tuple[str, int], float], seconds: float) -> dict[str, float | None]:
        """Return what each process took of a core; None of one that is no more, or another one by now."""
        after = self._cpu()
        return {
            name: (after[name, pid] - cpu) / seconds if (name, pid) in after else None
            for (name, pid), cpu in before.items()
        }
