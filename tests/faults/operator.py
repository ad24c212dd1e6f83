"""An operator's view of an installation, over the partner API alone: endpoints, backlog."""

import asyncio
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.faults.partners import Partner

_PAUSE = 0.1


@dataclass
class Operator:
    """Speaks to the feed service with the admin token."""

    http: aiohttp.ClientSession
    url: str
    token: str

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer's JSON, trying again while the service or Redis is away."""
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            try:
                async with self.http.request(method, self.url + path, json=body, headers=headers) as answer:
                    if answer.ok:
                        return await answer.json()
                    if answer.status < 500:
                        answer.raise_for_status()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError, OSError):
                pass  # the service is being started again
            await asyncio.sleep(_PAUSE)

    async def register(self, partners: Iterable[Partner]) -> None:
        """Give each partner its endpoint."""
        for partner in partners:
            outlet = await self.call("POST", "/api/partners", {"name": partner.name})
            wish = {"url": partner.url, "filter": {"topics": partner.topics}}
            endpoint = await self.call("POST", f"/api/partners/{outlet['id']}/endpoints", wish)
            partner.endpoint_id = endpoint["id"]

    async def resume_all(self, partners: Iterable[Partner]) -> None:
        """Let endpoints go on that were disabled by a 410."""
        for partner in partners:
            await self.call("POST", f"/api/endpoints/{partner.endpoint_id}/resume")

    async def backlog(self) -> dict[str, Any]:
        """Return the backlog as the API tells it."""
        found: dict[str, Any] = await self.call("GET", "/api/backlog")
        return found

    async def worked_off(self, seconds: float) -> tuple[bool, float, dict[str, Any]]:
        """Wait until nothing is left to do; return whether that came, how soon, and the last backlog.

        However much there is, it is waited for as long as it gets less: it is given up when it has not got
        less for so many seconds.
        """
        began = last_progress = time.monotonic()
        least = math.inf
        while True:
            backlog = await self.backlog()
            now, left = time.monotonic(), work_left(backlog)
            if is_empty(backlog):
                return True, now - began, backlog
            if left < least:
                least, last_progress = left, now
            elif now - last_progress > seconds:
                return False, now - began, backlog
            await asyncio.sleep(_PAUSE)


def work_left(backlog: dict[str, Any]) -> float:
    """Return how many deliveries may be left at most, those of events included that have not been applied.

    It never rises while nothing is published: an event counts as one for every endpoint, each of which may
    want it. Infinite while any number is not known.
    """
    events = [row[number] for row in backlog["streams"] for number in ("lag", "pending")]
    deliveries = [row[number] for row in backlog["endpoints"] for number in ("due", "retrying")]
    if not backlog["redis_reachable"] or None in events + deliveries:
        return math.inf
    return float(sum(events) * max(1, len(backlog["endpoints"])) + sum(deliveries))


def is_empty(backlog: dict[str, Any]) -> bool:
    """Tell whether every number of work left is 0, and known."""
    streams = all(row["lag"] == 0 and row["pending"] == 0 for row in backlog["streams"])
    endpoints = all(
        row[number] == 0 for row in backlog["endpoints"] for number in ("due", "retrying", "past_due", "dead")
    )
    return bool(backlog["redis_reachable"]) and streams and endpoints
