"""The one place where an article and its event are written: together, in one transaction, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from faststream.redis import RedisBroker
from redis.asyncio import Redis
from redis.exceptions import WatchError

from services.ingest.decide import Changed, Decision, Moment
from services.ingest.record import Record
from shared import keys
from shared.clock import Clock
from shared.identifiers import new_event_id
from shared.trail import Trail, current_request_id

_MOST_TRIES = 200
"""Each lost race means that somebody else's transaction came through."""


class TooManyWriters(Exception):  # noqa: N818 - says what there was, as the client is told
    """Very many changes of one article came at the same moment: try again."""


@dataclass(frozen=True)
class Step:
    """What is to be decided about one article once its record is known."""

    article_id: str
    decide: Callable[[Record | None, Moment], Decision]


@dataclass(frozen=True)
class Publisher:
    """Reads records, lets the steps decide, and writes what changed together with its events.

    `redis` must not repeat commands by itself: after a lost connection we look whether the write took place.
    """

    redis: "Redis"
    broker: RedisBroker
    clock: Clock
    zone: ZoneInfo

    async def commit(self, partition: int, steps: Sequence[Step]) -> list[Decision]:
        """Return what was decided, in the order of the steps, when all of it is stored and on the stream.

        Steps on one article follow each other. Raises redis-py's errors when that cannot be said: then either
        all of it was stored or nothing was.
        """
        tried: dict[str, list[Decision]] = {}
        for _ in range(_MOST_TRIES):
            try:
                return await self._try(partition, steps, tried)
            except WatchError:
                # Somebody else changed an article meanwhile, or (redis-py says it the same way) the
                # connection was lost and the transaction's end is not known: reading again tells.
                continue
        raise TooManyWriters

    async def _try(
        self, partition: int, steps: Sequence[Step], tried: dict[str, list[Decision]]
    ) -> list[Decision]:
        names = {step.article_id: keys.article(partition, step.article_id) for step in steps}
        async with self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(*names.values())
            stored = await pipe.mget(list(names.values()))
            records = {
                article_id: Record.model_validate_json(found)
                for article_id, found in zip(names, stored, strict=True)
                if found
            }
            for record in records.values():
                if record.event_id in tried:
                    return tried[record.event_id]
            decisions = self._decide(steps, records)
            changes = [decision for decision in decisions if isinstance(decision, Changed)]
            if not changes:
                return decisions
            pipe.multi()  # type: ignore[no-untyped-call] # redis-py has no annotation here
            for article_id in {change.record.article.id: None for change in changes}:
                pipe.set(names[article_id], records[article_id].model_dump_json())
            for change in changes:
                await self.broker.publish(
                    change.event,
                    stream=keys.events(partition),
                    pipeline=pipe,
                    correlation_id=change.event.id,
                    headers=Trail(current_request_id()).headers(),
                )
            tried |= dict.fromkeys((change.event.id for change in changes), decisions)
            await pipe.execute()
        return decisions

    def _decide(self, steps: Sequence[Step], records: dict[str, Record]) -> list[Decision]:
        """Decide step after step; `records` follows, so that a later step sees what an earlier one made."""
        decisions: list[Decision] = []
        for step in steps:
            now = self.clock.now()
            decision = step.decide(records.get(step.article_id), Moment(now, new_event_id(now), self.zone))
            if isinstance(decision, Changed):
                records[step.article_id] = decision.record
            decisions.append(decision)
        return decisions
