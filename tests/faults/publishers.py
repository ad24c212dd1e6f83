"""Publishers at work: they send, and send again until they know what became of it, as the API says to."""

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.faults.ledger import Ledger, Piece

TOPICS = ("Energy", "Trade", "Climate", "Security", "Europe", "Asia")
_KINDS = ("commentary", "report", "article")
_AUTHORS = ("Ana Ruiz", "Bo Chen", "Cy Adeyemi", "Di Novak")
_PARAGRAPH = "<p>The road opened late this year, and with it the market for everything that it carries.</p>"
_ACCEPTED, _MANY, _CONFLICT, _SERVER_ERROR, _UNAVAILABLE = 202, 207, 409, 500, 503
_PATIENCE = aiohttp.ClientTimeout(total=12)
_PAUSE = 0.2


@dataclass
class Publisher:
    """One client of the ingest API with articles of its own; what it does follows from its `chance`.

    A change that ended in doubt (no answer, or 503) is sent again until there is an answer to it.
    """

    name: str
    http: aiohttp.ClientSession
    url: str
    ledger: Ledger
    chance: random.Random
    largest_batch: int = 20
    paragraphs: int = 40
    """Texts have from two to so many and one more."""

    def __post_init__(self) -> None:
        self._mine: list[Piece] = []
        self._count = 0

    async def act(self) -> None:
        """Publish something new, or change, withdraw or restore something old."""
        lot = self.chance.random()
        if lot < 0.65 or not self._mine:
            await self.publish(self.new_piece())
        elif lot < 0.7:
            await self.publish_many(
                [self.new_piece() for _ in range(self.chance.randint(2, self.largest_batch))]
            )
        else:
            piece = self.chance.choice(self._mine)
            if piece.withdrawn:
                await self._switch(piece, "restore", withdrawn=False)
            elif lot < 0.93:
                piece.revision += 1
                await self.publish(piece)
            else:
                await self._switch(piece, "withdraw", withdrawn=True)

    def new_piece(self) -> Piece:
        """Return an article that nobody has seen yet."""
        self._count += 1
        return Piece(f"{self.name}.{self._count}", tuple(self.chance.sample(TOPICS, 2)))

    async def publish(self, piece: Piece) -> None:
        """Publish the article's present revision."""
        answer = await self._send("/articles", self._body(piece), _ACCEPTED)
        self._accepted(piece, answer)

    async def publish_many(self, pieces: list[Piece]) -> None:
        """Publish several new articles in one call."""
        rows = await self._send("/articles/batch", [self._body(piece) for piece in pieces], _MANY)
        for piece, row in zip(pieces, rows, strict=True):
            self._accepted(piece, row)

    def _accepted(self, piece: Piece, answer: dict[str, Any]) -> None:
        if answer.get("outcome") not in {"published", "updated", "unchanged"}:
            self.ledger.complain(f"{piece.title} was answered {json.dumps(answer)[:300]}")
            return
        if not piece.id:
            self._mine.append(piece)
        piece.id = answer["id"]
        self.ledger.accepted(piece, answer["version"])

    async def _switch(self, piece: Piece, action: str, *, withdrawn: bool) -> None:
        """Withdraw or restore; a 409 means that the call before, which ended in doubt, had done it."""
        answer = await self._send(f"/articles/{piece.id}/{action}", None, _ACCEPTED, _CONFLICT)
        piece.withdrawn = withdrawn
        self.ledger.accepted(piece, answer.get("version", piece.version + 1))

    def _body(self, piece: Piece) -> dict[str, Any]:
        return {
            "title": piece.title,
            "kind": kind_of(piece.name),
            "published_at": "2026-03-02",
            "topics": piece.topics,
            "authors": [{"name": _AUTHORS[hash_of(piece.name) % len(_AUTHORS)]}],
            "summary": f"About {piece.name}.",
            "content_html": _PARAGRAPH * (2 + hash_of(piece.name) % self.paragraphs),
            # Half of them are found again by their address, the others by title and day.
            **({"id": piece.id} if piece.id else {}),
            **({"url": f"https://thinktank.example/{piece.name}"} if hash_of(piece.name) % 2 else {}),
        }

    async def _send(self, path: str, body: Any, *expected: int) -> Any:
        """Return the answer's JSON; whatever leaves the outcome in doubt is sent once more."""
        while True:
            try:
                async with self.http.post(self.url + path, json=body, timeout=_PATIENCE) as answer:
                    if answer.status in expected:
                        return await answer.json()
                    text = await answer.text()
                    if answer.status != _UNAVAILABLE:
                        self.ledger.complain(f"POST {path} was answered {answer.status}: {text[:300]}")
                        if answer.status < _SERVER_ERROR:
                            raise AssertionError(f"no {answer.status} should ever come: {text[:300]}")
                    elif "Retry-After" not in answer.headers:
                        self.ledger.complain(f"POST {path} was answered 503 without Retry-After")
                    self.ledger.refusals += 1
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass  # no answer: sent again below, which is what the API promises to be safe
            await asyncio.sleep(_PAUSE)


def kind_of(name: str) -> str:
    """Return the kind of the article of this name; each has about as many in any stretch of a run."""
    return _KINDS[hash_of(name) % len(_KINDS)]


def hash_of(name: str) -> int:
    """Return a number that is the same for this name in every run."""
    return sum(name.encode())


@dataclass
class Load:
    """Several publishers that together make so many calls a second, until they are told to stop."""

    publishers: list[Publisher]
    per_second: float

    def __post_init__(self) -> None:
        self._going = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._going.set()
        self._tasks = [asyncio.create_task(self._work(publisher)) for publisher in self.publishers]

    def pause(self) -> None:
        """Send nothing new for the time being."""
        self._going.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._going.set()

    def check(self) -> None:
        """Raise what ended one of the publishers."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def stop(self) -> None:
        """Return when everything that was sent has its answer."""
        self._stopping = True
        self._going.set()
        await asyncio.gather(*self._tasks)

    def cancel(self) -> None:
        """End at once, whatever has no answer yet: of a run that breaks off."""
        for task in self._tasks:
            task.cancel()

    async def _work(self, publisher: Publisher) -> None:
        pause = len(self.publishers) / self.per_second
        while not self._stopping:
            await publisher.act()
            await asyncio.sleep(pause * publisher.chance.uniform(0.5, 1.5))
            await self._going.wait()
