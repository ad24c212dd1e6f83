"""Events that were given up: kept on a stream of their own, with the reason, until somebody decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from services.feed.consume.stream_entry import PAYLOAD_FIELD, StreamEntry, Unreadable, read_event
from shared import keys
from shared.events import ArticleEvent
from shared.timestamps import rfc3339


@dataclass(frozen=True)
class DeadLetter:
    """An entry that one group gave up after so many attempts, and why."""

    entry: StreamEntry
    reason: str
    attempts: int


async def bury(redis: "Redis", partition: int, group: str, letter: DeadLetter, now: datetime) -> None:
    """Move an entry from the group's pending list to its dead letters, in one transaction.

    The entry's payload goes along as it was, so that it can be put back on the stream. What is told of its
    event beside it spares whoever looks for letters the reading of every payload.
    """
    event = read_event(letter.entry)
    told = {} if isinstance(event, Unreadable) else _told(event)
    fields: dict[Any, Any] = {
        PAYLOAD_FIELD: letter.entry.fields.get(PAYLOAD_FIELD, b""),
        "entry": letter.entry.id,
        "reason": letter.reason.encode("utf-8", "replace"),
        "attempts": letter.attempts,
        "at": rfc3339(now),
        **told,
    }
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xadd(keys.dead_letters(partition, group), fields)
        pipe.xack(keys.events(partition), group, letter.entry.id)
        await pipe.execute()


def _told(event: ArticleEvent) -> dict[str, str]:
    return {
        "event_id": event.id,
        "type": event.type,
        "article_id": event.article.id,
        "title": event.article.title,
    }
