"""The one place where an article and its event are written: together, in one transaction, or not at all."""

from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from redis.exceptions import WatchError

from services.ingest.deadline import deadline
from services.ingest.decide import Changed, Decision, Moment
from services.ingest.record import Record
from services.ingest.watching import watching
from services.ingest.writing import Written, writing
from shared import keys
from shared.clock import Clock
from shared.identifiers import new_event_id
from shared.tracing import tracing
from shared.trail import Trail, current_request_id

_MOST_TRIES = 200
"""Each lost race means that somebody else's transaction came through."""


class TooManyWriters(Exception):  # noqa: N818 - says what there was, as the client is told
    """Very many changes of one article came at the same moment: try again."""


@dataclass(frozen=True)
class Step:
    """What is to be decided about one article once its record is known.

    `weight` tells long articles. `context` is that in which it was asked for, with the id and the span of the
    request: steps of many are taken together.
    """

    article_id: str
    decide: Callable[[Record | None, Moment], Decision]
    weight: int = 1
    context: Context = field(default_factory=copy_context)


@dataclass(frozen=True)
class Publisher:
    """Reads records, lets the steps decide, and writes what changed together with its events.

    `redis` needs no timeout of its own, and repeats nothing: after a lost connection we look whether the
    write took place.
    """

    redis: "Redis"
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
                async with deadline():
                    return await self._try(partition, steps, tried)
            except WatchError:
                # Somebody else changed an article meanwhile, or the connection was lost and the
                # transaction's end is not known: reading again tells.
                continue
        raise TooManyWriters

    async def _try(
        self, partition: int, steps: Sequence[Step], tried: dict[str, list[Decision]]
    ) -> list[Decision]:
        stream = keys.events(partition)
        names = {step.article_id: keys.article(partition, step.article_id) for step in steps}
        async with watching(self.redis, list(names.values())) as transaction:
            records = {
                article_id: Record.model_validate_json(found)
                for article_id, found in zip(names, transaction.values, strict=True)
                if found
            }
            for record in records.values():
                if record.event_id in tried:
                    return tried[record.event_id]
            decisions = self._decide(steps, records)
            written = [
                Written(
                    names[step.article_id],
                    decision.record,
                    decision.event,
                    step.context.run(_trail, stream, decision.event.id),
                )
                for decision, step in zip(decisions, steps, strict=True)
                if isinstance(decision, Changed)
            ]
            if written:
                tried |= dict.fromkeys((one.event.id for one in written), decisions)
                await transaction.write(await writing(stream, written))
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


def _trail(stream: str, event_id: str) -> Trail:
    """Return what the event is to bear of the request; known in the request's own context only."""
    return Trail(current_request_id(), tracing.create_message(stream, event_id))
