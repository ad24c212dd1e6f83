"""What ingest keeps of an article: its accepted state, and enough of its history to go on from there."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.article import Article, Frozen


class Status(StrEnum):
    """Whether an article may be shown."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Record(Frozen):
    """An article as accepted. `event_id` names the event that brought it into this state."""

    article: Article
    version: Annotated[int, Field(ge=1)]
    status: Status = Status.PUBLISHED
    event_id: str
    first_seen_at: AwareDatetime
    changed_at: AwareDatetime
    withdrawn_at: AwareDatetime | None = None
    reason: str | None = None
