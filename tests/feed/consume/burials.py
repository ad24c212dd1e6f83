"""Dead letters as the batch runner leaves them, in the words of a test."""

from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from services.feed.consume.dead_letters import DeadLetter, bury
from services.feed.consume.stream_entry import PAYLOAD_FIELD
from shared import keys
from shared.events import ArticleEvent
from shared.streams import FEEDS, make_groups
from tests.builders import NOON, an_article, an_event


def message(event: ArticleEvent) -> bytes:
    """Return the event as FastStream's JSON messages without headers may stand on the stream."""
    return event.model_dump_json().encode()


async def a_burial(
    redis: Redis,
    title: str = "Ice roads",
    *,
    reason: str = "ValueError('no such topic')",
    group: str = FEEDS,
    partition: int = 0,
    payload: bytes | None = None,
    now: datetime = NOON,
) -> str:
    """Bury an event whose article has this title and id; return the id of the entry it came in, now gone."""
    event = an_event(article=an_article(id=f"id-{title}".replace(" ", "-"), title=title))
    stream, given = keys.events(partition), message(event) if payload is None else payload
    await make_groups(redis, partition + 1)
    entry_id: Any = await redis.xadd(stream, {PAYLOAD_FIELD: given})
    await redis.xclaim(stream, group, "a reader", 0, [entry_id], force=True)
    told = event if payload is None else None
    assert await bury(redis, partition, group, DeadLetter(entry_id, reason, 5, told), now)
    await redis.xdel(stream, entry_id)
    return str(entry_id.decode())
