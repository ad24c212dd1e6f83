"""What becomes of an article: published, updated, withdrawn, restored, or nothing at all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.ingest.draft import ArticleDraft
from services.ingest.merge import merge, new_article
from services.ingest.record import Record, Status
from shared.article import Article
from shared.events import ArticleEvent, EventType


@dataclass(frozen=True)
class Changed:
    """The article has a new version, and an event says so."""

    record: Record
    event: ArticleEvent


@dataclass(frozen=True)
class Unchanged:
    """The article is already as stated."""

    record: Record


@dataclass(frozen=True)
class Refused:
    """The article's present state does not allow it; `detail` says what to do about that."""

    status: int
    detail: str


Decision = Changed | Unchanged | Refused


@dataclass(frozen=True)
class Moment:
    """When a decision is made, the name that its event will have, and the zone in which a date begins."""

    now: datetime
    event_id: str
    zone: ZoneInfo


def decide_draft(known: Record | None, article_id: str, draft: ArticleDraft, at: Moment) -> Decision:
    """Decide on a statement about the article that has this id."""
    if known is None:
        article = new_article(article_id, draft, at.zone)
        record = Record(
            article=article,
            version=1,
            event_id=at.event_id,
            first_seen_at=at.now,
            changed_at=article.updated_at or article.published_at or at.now,
        )
        return _changed(record, EventType.PUBLISHED, at)
    if known.status is Status.WITHDRAWN:
        return Refused(
            409, f"This article was withdrawn: POST /articles/{known.article.id}/restore brings it back."
        )
    article = merge(known.article, draft, at.zone)
    if article == known.article:
        return Unchanged(known)
    changes = {"article": article, "changed_at": _changed_at(known, article, at.now)}
    return _changed(_next_version(known, at, changes), EventType.UPDATED, at)


def decide_withdrawal(known: Record | None, reason: str | None, at: Moment) -> Decision:
    """Decide on taking an article back: its content stays, and so does the time of its last change."""
    if known is None:
        return _UNKNOWN
    if known.status is Status.WITHDRAWN:
        return Refused(409, "This article was withdrawn already.")
    changes = {"status": Status.WITHDRAWN, "withdrawn_at": at.now, "reason": reason}
    return _changed(_next_version(known, at, changes), EventType.WITHDRAWN, at)


def decide_restoral(known: Record | None, at: Moment) -> Decision:
    """Decide on showing a withdrawn article again."""
    if known is None:
        return _UNKNOWN
    if known.status is not Status.WITHDRAWN:
        return Refused(409, "This article is not withdrawn.")
    changes = {
        "status": Status.PUBLISHED,
        "withdrawn_at": None,
        "reason": None,
        "changed_at": max(known.changed_at, at.now),
    }
    return _changed(_next_version(known, at, changes), EventType.UPDATED, at)


_UNKNOWN = Refused(404, "There is no article with this id.")


def _next_version(known: Record, at: Moment, changes: Mapping[str, object]) -> Record:
    return known.model_copy(update={"version": known.version + 1, "event_id": at.event_id, **changes})


def _changed(record: Record, what: EventType, at: Moment) -> Changed:
    event = ArticleEvent(
        id=record.event_id,
        type=what,
        timestamp=at.now,
        version=record.version,
        first_seen_at=record.first_seen_at,
        changed_at=record.changed_at,
        reason=record.reason,
        article=record.article,
    )
    return Changed(record, event)


def _changed_at(known: Record, article: Article, now: datetime) -> datetime:
    """Return when the content changed: as its source says if that can be true, else now; never going back."""
    stated = article.updated_at
    if stated is not None and known.changed_at < stated <= now:
        return stated
    return max(known.changed_at, now)
