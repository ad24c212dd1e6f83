"""Articles and their events as one transaction writes them."""

from collections.abc import Sequence
from typing import Any

import pytest
from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from services.ingest.record import Record
from services.ingest.watching import watching
from services.ingest.writing import Written, writing
from shared import keys
from shared.events import ArticleEvent
from shared.identifiers import new_event_id
from shared.trail import NO_TRAIL, Trail
from tests.builders import NOON, an_article, an_event

STREAM = keys.events(0)


def a_written(key: str = "one", trail: Trail = NO_TRAIL, **fields: Any) -> Written:
    article = an_article(**fields)
    event = an_event(id=new_event_id(NOON), article=article)
    record = Record(article=article, version=1, event_id=event.id, first_seen_at=NOON, changed_at=NOON)
    return Written(key, record, event, trail)


async def write(redis: Redis, all_written: Sequence[Written]) -> None:
    """Write them in a transaction, as the service does."""
    async with watching(redis, [one.key for one in all_written]) as transaction:
        await transaction.write(await writing(STREAM, all_written))


async def entries(redis: Redis) -> list[bytes]:
    """Return the messages on the stream in their order."""
    found: list[Any] = await redis.xrange(STREAM) or []
    return [fields[b"__data__"] for _, fields in found]


async def as_faststream_writes_it(written: Written) -> tuple[bytes, dict[str, Any]]:
    """Return the body and the headers that a consumer finds when FastStream has published the event."""
    message = await BinaryMessageFormatV1.encode(
        message=written.event.model_dump_json(),
        reply_to=None,
        headers={"content-type": "application/json", **written.trail.headers()},
        correlation_id=written.event.id,
    )
    return BinaryMessageFormatV1.parse(message)


async def test_records_and_events_are_as_they_were_put_together(redis: Redis) -> None:
    trails = [
        NO_TRAIL,
        Trail("req_1"),
        Trail("req_1"),
        Trail("evt_" + 32 * "0"),
        Trail("req_2", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    all_written = [
        a_written(f"key-{number}", trail, title=f'“{number}” \\ "quoted"', summary="Zeile\nZeile 🧊")
        for number, trail in enumerate(trails)
    ]
    await write(redis, all_written)
    for written, message in zip(all_written, await entries(redis), strict=True):
        stored = await redis.get(written.key)
        assert stored is not None
        assert Record.model_validate_json(stored) == written.record
        body, headers = BinaryMessageFormatV1.parse(message)
        expected_body, expected_headers = await as_faststream_writes_it(written)
        assert headers == expected_headers
        assert ArticleEvent.model_validate_json(body) == written.event
        assert ArticleEvent.model_validate_json(expected_body) == written.event


async def test_of_two_changes_of_one_article_the_later_is_kept_and_both_are_told(redis: Redis) -> None:
    earlier, later = a_written(title="Earlier"), a_written(title="Later")
    await write(redis, [earlier, later])
    stored = await redis.get("one")
    assert stored is not None
    assert Record.model_validate_json(stored) == later.record
    told = [BinaryMessageFormatV1.parse(message)[0] for message in await entries(redis)]
    assert [ArticleEvent.model_validate_json(body) for body in told] == [earlier.event, later.event]


async def test_a_redis_that_is_full_stores_neither_record_nor_event(redis: Redis) -> None:
    await redis.config_set("maxmemory", 1)
    with pytest.raises(OutOfMemoryError):
        await write(redis, [a_written()])
    assert not await redis.exists("one", STREAM)
