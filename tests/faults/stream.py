"""Puts entries on the event stream beside those of ingest: poison, repetitions, outdated versions."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from faststream.redis import BinaryMessageFormatV1, RedisBroker
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared import keys
from shared.events import ArticleEvent
from shared.identifiers import new_event_id
from tests.builders import an_article, an_event
from tests.faults.plan import Intruder

KILLS = "this kills whoever reads it"
_PAGE = 200
_PAUSE = 0.2
_GARBAGE: tuple[dict[bytes, bytes], ...] = (
    {b"__data__": b"\xff\xfe\x00\x01"},
    {b"__data__": b"\x89BIN\r\n\x1a\n\x00\x01\xff\xff\xff\xff"},
    {b"something": b"else"},
    {b"__data__": b'{"data": "{\\"type\\": \\"article.published\\"}"}'},
)


@dataclass
class StreamIntruder:
    """Writes to the streams directly, as a client of Redis that should not be there."""

    redis: "Redis"
    url: str
    partitions: int
    chance: random.Random
    poisoned: set[str] = field(default_factory=set)
    """The ids of the articles of events that no group can take in although they can be read."""

    async def put(self, intruder: Intruder) -> None:
        """Put an entry of this sort on the stream of some partition, as soon as Redis takes it."""
        while True:
            try:
                await self._put(intruder)
            except (RedisError, OSError):
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def _put(self, intruder: Intruder) -> None:
        match intruder:
            case Intruder.UNREADABLE:
                partition = self.chance.randrange(self.partitions)
                await self._add(partition, self.chance.choice(_GARBAGE))
            case Intruder.REPEATED | Intruder.OUTDATED:
                await self._repeat(outdated=intruder is Intruder.OUTDATED)
            case Intruder.RAISING:
                event = _event("Its read model is broken")
                await self._break_what_is_stored(event)
                await self._publish(event)
            case Intruder.KILLING:
                await self._publish(_event(KILLS))

    async def entries(self) -> AsyncIterator[tuple[int, dict[bytes, bytes], str | None]]:
        """Yield every entry with its partition and the id of its event: None for poison, which has none."""
        for partition in range(self.partitions):
            last = "-"
            while page := await self._page(partition, last):
                for _, fields in page:
                    event = _event_in(fields)
                    sound = event is not None and event["article"]["id"] not in self.poisoned
                    yield partition, fields, event["id"] if event and sound else None
                last = f"({page[-1][0].decode()}"

    async def poison(self) -> int:
        """Return how many entries there are that no group can take in."""
        return sum([event_id is None async for _, _, event_id in self.entries()])

    async def _publish(self, event: ArticleEvent) -> None:
        self.poisoned.add(event.article.id)
        async with RedisBroker(self.url, logger=logging.getLogger("faults")) as broker:
            await broker.publish(
                event, stream=keys.events(keys.partition_of(event.article.id, self.partitions))
            )

    async def _break_what_is_stored(self, event: ArticleEvent) -> None:
        """Let each group find a key of another type where it keeps something of this article."""
        partition = keys.partition_of(event.article.id, self.partitions)
        await self.redis.set(keys.entry(partition, event.article.id), "not a hash")
        await self.redis.set(keys.article_events(event.article.id), "not a sorted set")

    async def _repeat(self, *, outdated: bool) -> None:
        """Put an event there once more: one of the latest, or one of the first, whose article has gone on."""
        partition = self.chance.randrange(self.partitions)
        read = self.redis.xrange if outdated else self.redis.xrevrange
        page: Any = await read(keys.events(partition), count=_PAGE)
        sound = [
            fields
            for _, fields in page
            if (event := _event_in(fields)) is not None and event["article"]["id"] not in self.poisoned
        ]
        if sound:
            await self._add(partition, self.chance.choice(sound))

    async def _page(self, partition: int, first: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        page: Any = await self.redis.xrange(keys.events(partition), min=first, count=_PAGE)
        return list(page)

    async def _add(self, partition: int, fields: Mapping[bytes, bytes]) -> None:
        given: dict[Any, Any] = dict(fields)
        await self.redis.xadd(keys.events(partition), given)


def _event(title: str) -> ArticleEvent:
    now = datetime.now(UTC)
    article = an_article(id=f"urn:uuid:{uuid4()}", title=title, url=None)
    return an_event(id=new_event_id(now), timestamp=now, article=article)


def _event_in(fields: Mapping[bytes, bytes]) -> dict[str, Any] | None:
    """Return the event of an entry, None for what is none."""
    try:
        body, _ = BinaryMessageFormatV1.parse(fields[b"__data__"])
        event: dict[str, Any] = json.loads(body)
    except (KeyError, ValueError):
        return None
    return event if "article" in event else None
