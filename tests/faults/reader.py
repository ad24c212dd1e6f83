"""A reader that polls all the while: no article of a feed may ever go back to an earlier revision."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from itertools import cycle

import aiohttp

from tests.faults.ledger import Ledger, revision_in

_OK, _UNCHANGED, _UNAVAILABLE = 200, 304, 503
_PATIENCE = aiohttp.ClientTimeout(total=10)
_TITLE = re.compile(r"<title[^>]*>([^<]* · revision \d+)</title>")


@dataclass
class Reader:
    """Reads the feeds in turn, each in every format, so many times a second."""

    http: aiohttp.ClientSession
    url: str
    selections: tuple[str, ...]
    ledger: Ledger
    per_second: float = 20.0
    read: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: int = 0
    unanswered: int = 0
    _revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    _modified: dict[str, float] = field(default_factory=dict)
    _tags: dict[str, str] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Read no more; raises what ended the reading before."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()

    async def _run(self) -> None:
        for path in cycle(
            [f"/feeds/{s}.{form}" for s in self.selections for form in ("json", "atom", "rss")]
        ):
            try:
                await self.look(path)
            except (aiohttp.ClientError, TimeoutError, OSError):
                self.unanswered += 1
            await asyncio.sleep(1 / self.per_second)

    async def look(self, path: str) -> None:
        """Read one feed, and hold it against what was read of it before."""
        tag = {"If-None-Match": self._tags[path]} if path in self._tags else {}
        async with self.http.get(self.url + path, headers=tag, timeout=_PATIENCE) as answer:
            self.stale += "Warning" in answer.headers
            if answer.status == _UNCHANGED:
                self.unchanged += 1
                return
            if answer.status == _UNAVAILABLE:
                self.refused += 1
                if "Retry-After" not in answer.headers:
                    self.ledger.complain(f"GET {path} was answered 503 without Retry-After")
                return
            if answer.status != _OK:
                self.ledger.complain(f"GET {path} was answered {answer.status}")
                return
            self.read += 1
            body = await answer.text()
            self._tags[path] = answer.headers["ETag"]
            if ("Warning" in answer.headers) != ("Age" in answer.headers):
                self.ledger.complain(f"GET {path}: a stale answer bears both Warning and Age, or neither")
            self._compare_dates(path, answer.headers.get("Last-Modified"))
        self._compare_revisions(path, body)

    def _compare_dates(self, path: str, stated: str | None) -> None:
        if stated is None:
            return
        modified = parsedate_to_datetime(stated).timestamp()
        if modified < self._modified.get(path, 0):
            self.ledger.complain(f"GET {path}: Last-Modified went back to {stated}")
        self._modified[path] = modified

    def _compare_revisions(self, path: str, body: str) -> None:
        for title in titles_in(path, body):
            found = revision_in(title)
            if found is None:
                continue
            name, revision = found
            if revision < self._revisions.get((path, name), 0):
                self.ledger.complain(f"GET {path}: {name} went back to revision {revision}")
            self._revisions[path, name] = revision


def titles_in(path: str, body: str) -> list[str]:
    """Return the titles of a feed's entries in whatever format it is."""
    if path.endswith(".json"):
        return [item["title"] for item in json.loads(body)["items"]]
    return _TITLE.findall(body)
