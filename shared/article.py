"""The article as both services know it: accepted, cleaned and complete (contract §8).

What comes in from outside is looser and belongs to `services/ingest`; everything here is already true.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

ARTICLE_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:~-]{0,199}$"
"""What an article id may be: safe unescaped in a URL's path segment and inside a Redis key."""

ArticleId = Annotated[str, StringConstraints(pattern=ARTICLE_ID_PATTERN)]


class Frozen(BaseModel):
    """A value that never changes after it was made, and that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What sort of piece an article is."""

    COMMENTARY = "commentary"
    REPORT = "report"
    PODCAST = "podcast"
    VIDEO = "video"
    TESTIMONY = "testimony"
    PRESS = "press"
    ARTICLE = "article"


class Author(Frozen):
    """One name of the byline, as shown (`Dr.` and the like included)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    url: str | None = None


class Outlet(Frozen):
    """Who published the article first, when that was not the publisher itself."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    url: str | None = None


class Image(Frozen):
    """The picture that stands for the article."""

    url: str
    alt: str | None = None
    credit: str | None = None


class Enclosure(Frozen):
    """An audio or video file that belongs to the article; `length` is in bytes."""

    url: str
    type: str
    length: Annotated[int, Field(ge=0, le=2**53 - 1, strict=True)]
    """JSON numbers are exact up to this (RFC 8259 §6)."""


class Rights(Frozen):
    """Under what terms the article may be used."""

    license: str | None = None
    notice: str | None = None


class Correction(Frozen):
    """A note on what was put right after the article came out, and when."""

    at: AwareDatetime
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Article(Frozen):
    """An accepted article. Texts are plain, HTML is clean, links are absolute, times are in UTC."""

    id: ArticleId
    url: str | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    subtitle: str | None = None
    kind: Kind = Kind.ARTICLE
    authors: tuple[Author, ...] = ()
    published_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    outlet: Outlet | None = None
    summary: str | None = None
    content_html: str | None = None
    is_excerpt: bool = False
    language: str = "en"
    topics: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    rights: Rights | None = None
    corrections: tuple[Correction, ...] = ()

    def ordered_at(self, first_seen_at: datetime) -> datetime:
        """When the article counts as published in a list: its own date, else when it was first seen."""
        return self.published_at or first_seen_at
