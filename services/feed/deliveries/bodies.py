"""The events' webhook bodies in Redis: stored once a sort, renewed while they are needed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from services.feed.deliveries.endpoint import PayloadSort
from services.feed.deliveries.payload import event_body, summary_of
from services.feed.deliveries.retention import Retention
from shared import keys
from shared.events import ArticleEvent


@dataclass(frozen=True)
class BodyPlace:
    """Where the body of an event lies, and which sort of it is wanted."""

    partition: int
    event_id: str
    sort: PayloadSort = PayloadSort.FULL

    @property
    def key(self) -> str:
        """The name in Redis."""
        return keys.payload(self.partition, self.event_id, self.sort)


class Bodies:
    """Stores bodies, and prolongs their life."""

    def __init__(self, redis: "Redis", retention: Retention | None = None) -> None:
        self._redis = redis
        self._lifetime: timedelta = (retention or Retention()).body_lifetime

    async def store(
        self, partition: int, events: Sequence[ArticleEvent], summarised: Collection[str] = ()
    ) -> None:
        """Store each event's body, and a summary of those with an id in `summarised`."""
        pipe = self._redis.pipeline(transaction=False)
        for event in events:
            body = event_body(event)
            pipe.set(BodyPlace(partition, event.id).key, body, ex=self._lifetime)
            if event.id in summarised:
                place = BodyPlace(partition, event.id, PayloadSort.SUMMARY)
                pipe.set(place.key, summary_of(body), ex=self._lifetime)
        await pipe.execute()

    async def put(self, partition: int, event_id: str, body: bytes) -> None:
        """Store the body of what is no article's event."""
        await self._redis.set(BodyPlace(partition, event_id).key, body, ex=self._lifetime)

    async def renew(self, places: Iterable[tuple[int, str]]) -> None:
        """Let the bodies of these events (partition, id) live their whole time from now."""
        pipe = self._redis.pipeline(transaction=False)
        for partition, event_id in dict.fromkeys(places):
            for sort in PayloadSort:
                pipe.expire(BodyPlace(partition, event_id, sort).key, self._lifetime)
        await pipe.execute()


class RecentBodies:
    """Bodies that were read lately: what goes to many endpoints is fetched once."""

    def __init__(self, most_bytes: int = 16 * 1024 * 1024) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: dict[BodyPlace, bytes] = {}

    async def read(self, redis: "Redis", places: Sequence[BodyPlace]) -> list[bytes | None]:
        """Return the body at each place, from memory or Redis; None where there is none."""
        missing = [place for place in dict.fromkeys(places) if place not in self._kept]
        fetched = dict(zip(missing, await read_bodies(redis, missing), strict=True)) if missing else {}
        found = [self._kept.get(place) or fetched.get(place) for place in places]
        for place, body in fetched.items():
            if body is not None:
                self._keep(place, body)
        return found

    def _keep(self, place: BodyPlace, body: bytes) -> None:
        self._kept[place] = body
        self._bytes += len(body)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))))


async def read_bodies(redis: "Redis", places: Sequence[BodyPlace]) -> list[bytes | None]:
    """Return the body at each place, each read once; a summary that was not stored is made from the whole."""
    found = await _read(redis, places)
    missing = {
        place: BodyPlace(place.partition, place.event_id)
        for place in places
        if place.sort is PayloadSort.SUMMARY and found[place] is None
    }
    if missing:
        whole = await _read(redis, list(missing.values()))
        for place, source in missing.items():
            body = whole[source]
            found[place] = None if body is None else summary_of(body)
    return [found[place] for place in places]


async def _read(redis: "Redis", places: Sequence[BodyPlace]) -> dict[BodyPlace, bytes | None]:
    distinct = list(dict.fromkeys(places))
    pipe = redis.pipeline(transaction=False)
    for place in distinct:
        pipe.get(place.key)
    return dict(zip(distinct, await pipe.execute(), strict=True))
