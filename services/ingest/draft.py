"""What a document or JSON body states, before it is accepted: looser than an article, often without an id."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.article import ArticleId, Author, Enclosure, Frozen, Image, Kind, Outlet, Rights


class Origin(StrEnum):
    """Where a draft comes from, which decides what it may change of an article that is known."""

    JSON = "json"
    """The publisher's own statement of the whole article."""
    PAGE = "page"
    """The article that a page is about: completes and corrects what the page shows, keeps the rest."""
    LISTING = "listing"
    """An item in a page's list of others: fills what is not known yet, overwrites nothing."""


class ArticleDraft(Frozen):
    """An article as its source states it (contract §8). A date stands for midnight in the set time zone."""

    id: ArticleId | None = None
    url: str | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    subtitle: str | None = None
    kind: Kind = Kind.ARTICLE
    authors: tuple[Author, ...] = ()
    published_at: AwareDatetime | date | None = None
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
    origin: Annotated[Origin, Field(exclude=True)] = Origin.JSON
