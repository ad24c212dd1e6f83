"""What is said on the stream: an article was published, updated or withdrawn.

An event carries the whole article, so that a consumer needs nothing else. Events of one article are ordered
by `version` alone; they may arrive twice and in any order.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.article import Article, Frozen


class EventType(StrEnum):
    """What happened to the article."""

    PUBLISHED = "article.published"
    UPDATED = "article.updated"
    WITHDRAWN = "article.withdrawn"


class ArticleEvent(Frozen):
    """One change of one article.

    `id` is the event's own and becomes the `webhook-id`. `timestamp` is when the change was accepted.
    `first_seen_at` never changes over the article's life; `changed_at` moves only when its content did.
    """

    id: Annotated[str, Field(pattern=r"^evt_[0-9a-f]{32}$")]
    type: EventType
    timestamp: AwareDatetime
    version: Annotated[int, Field(ge=1)]
    first_seen_at: AwareDatetime
    changed_at: AwareDatetime
    reason: str | None = None
    article: Article

    @property
    def ordered_at(self) -> datetime:
        """When the article counts as published in a list."""
        return self.article.ordered_at(self.first_seen_at)
