"""Accepting: from drafts to stored articles and events on the stream, one outcome for each draft."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from services.ingest.claims import Claim, Claims
from services.ingest.deadline import deadline
from services.ingest.decide import (
    Changed,
    Decision,
    Moment,
    Refused,
    decide_draft,
    decide_restoral,
    decide_withdrawal,
)
from services.ingest.draft import ArticleDraft
from services.ingest.identity import identity_of
from services.ingest.metrics import Metrics
from services.ingest.publish import Publisher, Step
from services.ingest.record import Record
from services.ingest.sanitise import clean_html
from services.ingest.together import Together
from shared import keys
from shared.clock import Clock
from shared.events import EventType
from shared.identifiers import new_article_id
from shared.logs import get_logger

log = get_logger(__name__)

_MOST_AT_ONCE = 100
"""Drafts that are claimed, or stored in one transaction, together."""

_SHORT_HTML = 20_000
"""Characters; what is longer counts as several drafts, so that no transaction grows beyond some megabytes."""

_SIDE_BY_SIDE = 2
"""Transactions of a partition, or rounds of batches' claims, when there is that much to do."""

_MUCH_HTML = 50_000
"""Characters that are cleaned at once; a longer text is cleaned on a thread, and may take 10 ms and more."""


class Result(StrEnum):
    """What became of the article."""

    PUBLISHED = "published"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"


_RESULTS = {
    EventType.PUBLISHED: Result.PUBLISHED,
    EventType.UPDATED: Result.UPDATED,
    EventType.WITHDRAWN: Result.WITHDRAWN,
}


@dataclass(frozen=True)
class Accepted:
    """The article is stored and its event, if it needed one, is on the stream."""

    id: str
    event_id: str | None
    version: int
    result: Result


Outcome = Accepted | Refused


class Acceptance:
    """Accepts, withdraws and restores articles. Raises redis-py's errors when Redis cannot take writes."""

    def __init__(
        self,
        redis: "Redis",
        *,
        partitions: int,
        zone: ZoneInfo,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._redis = redis
        publisher = Publisher(redis, clock, zone)
        self._partitions = partitions
        self._zone = zone
        self._clock = clock
        self._metrics = metrics
        claims = Claims(redis, partitions)
        self._claiming = Together(claims.settle, _MOST_AT_ONCE)
        # A batch takes as many rounds as it has drafts of one title: who sends one article does not wait.
        self._claiming_batches = Together(claims.settle, _MOST_AT_ONCE, side_by_side=_SIDE_BY_SIDE)
        self._committing = [
            Together(
                partial(publisher.commit, partition),
                _MOST_AT_ONCE,
                weigh=lambda step: step.weight,
                side_by_side=_SIDE_BY_SIDE,
            )
            for partition in range(partitions)
        ]

    async def accept(self, drafts: Sequence[ArticleDraft]) -> list[Outcome]:
        """Return one outcome for each draft, in their order, when everything that changed is stored.

        Drafts of one partition are stored in transactions of up to 100, shared with whoever else comes at the
        same moment. When one of these fails the error is raised; to send everything again is safe, since what
        was stored is then unchanged.
        """
        cleaned = await _with_clean_html(drafts)
        article_ids = await self._settle(cleaned)
        decisions = await self._commit(
            [
                Step(article_id, partial(_decide_draft, article_id, draft), _weight(draft))
                for article_id, draft in zip(article_ids, cleaned, strict=True)
            ]
        )
        return [
            self._outcome(decision, article_id, draft.origin)
            for decision, article_id, draft in zip(decisions, article_ids, cleaned, strict=True)
        ]

    async def withdraw(self, article_id: str, reason: str | None) -> Outcome:
        """Take an article back, so that every feed and partner learns of it."""
        step = Step(article_id, lambda known, at: decide_withdrawal(known, reason, at))
        (decision,) = await self._commit([step])
        return self._outcome(decision, article_id, "withdrawal")

    async def restore(self, article_id: str) -> Outcome:
        """Show a withdrawn article again, under its id and with a higher version."""
        (decision,) = await self._commit([Step(article_id, decide_restoral)])
        return self._outcome(decision, article_id, "restoral")

    async def record(self, article_id: str) -> Record | None:
        """Return the article as it was accepted last, or None."""
        partition = keys.partition_of(article_id, self._partitions)
        async with deadline():
            stored = await self._redis.get(keys.article(partition, article_id))
        return Record.model_validate_json(stored) if stored else None

    async def _settle(self, drafts: Sequence[ArticleDraft]) -> list[str]:
        now = self._clock.now()
        claiming = self._claiming if len(drafts) == 1 else self._claiming_batches
        return await claiming.ask(
            [Claim(identity_of(draft, self._zone), draft.id, new_article_id(now)) for draft in drafts]
        )

    async def _commit(self, steps: Sequence[Step]) -> list[Decision]:
        """Return the decisions when all is stored, each partition's in transactions of its own."""
        partitions: dict[int, list[int]] = {}
        for index, step in enumerate(steps):
            partitions.setdefault(keys.partition_of(step.article_id, self._partitions), []).append(index)
        if len(partitions) == 1:  # as for every single article: nothing to gather, so no task is made
            (partition,) = partitions
            return await self._committing[partition].ask(steps)
        answers = await asyncio.gather(
            *(self._committing[p].ask([steps[i] for i in indices]) for p, indices in partitions.items())
        )
        decided: dict[int, Decision] = {}
        for indices, decisions in zip(partitions.values(), answers, strict=True):
            decided |= zip(indices, decisions, strict=True)
        return [decided[index] for index in range(len(steps))]

    def _outcome(self, decision: Decision, article_id: str, origin: str) -> Outcome:
        """Return what the client is told, and say it in the log and the metrics."""
        if isinstance(decision, Refused):
            self._metrics.accepted("rejected")
            log.info("article.rejected", id=article_id, origin=origin, status=decision.status)
            return decision
        event = decision.event if isinstance(decision, Changed) else None
        result = _RESULTS[event.type] if event else Result.UNCHANGED
        accepted = Accepted(article_id, event.id if event else None, decision.record.version, result)
        self._metrics.accepted(result)
        log.info(
            "article.accepted",
            id=article_id,
            event_id=accepted.event_id,
            version=accepted.version,
            outcome=result,
            origin=origin,
        )
        return accepted


async def _with_clean_html(drafts: Sequence[ArticleDraft]) -> list[ArticleDraft]:
    """Return the drafts with HTML that may be published, without holding up others while much is cleaned."""
    cleaned = []
    characters = 0
    for draft in drafts:
        length = len(draft.content_html or "")
        characters += length
        if length > _MUCH_HTML:
            cleaned.append(await asyncio.to_thread(_cleaned, draft))
            continue
        if characters > _MUCH_HTML:
            await asyncio.sleep(0)
            characters = length
        cleaned.append(_cleaned(draft))
    return cleaned


def _cleaned(draft: ArticleDraft) -> ArticleDraft:
    """Return the draft with clean HTML; its links are relative to the article, else to the outlet."""
    if draft.content_html is None:
        return draft
    base_url = draft.url or (draft.outlet.url if draft.outlet else None)
    clean = clean_html(draft.content_html, base_url)
    return draft if clean == draft.content_html else draft.model_copy(update={"content_html": clean})


def _weight(draft: ArticleDraft) -> int:
    return 1 + len(draft.content_html or "") // _SHORT_HTML


def _decide_draft(article_id: str, draft: ArticleDraft, known: Record | None, at: Moment) -> Decision:
    return decide_draft(known, article_id, draft, at)
