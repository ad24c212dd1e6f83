"""An article as an entry of a feed: one constructor makes every field that RSS, Atom and JSON Feed need."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from services.feed.feeds.excerpt import excerpt_of
from services.feed.feeds.publisher import Publisher
from shared.article import Article, Author, Enclosure, Image, Outlet, Rights
from shared.identifiers import article_uri

KIND_SCHEME = "tag:newswire,2026:kind"
OUTLET_SCHEME = "tag:newswire,2026:outlet"

_NO_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Category:
    """A tag; topics have no scheme."""

    term: str
    scheme: str | None = None


@dataclass(frozen=True)
class Entry:
    """What a feed says about an article. Texts are plain and never empty, times in UTC and whole seconds."""

    uri: str
    link: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    language: str
    authors: tuple[Author, ...]
    categories: tuple[Category, ...]
    outlet: Outlet | None
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    rights: Rights | None


def entry_of(article: Article, first_seen_at: datetime, changed_at: datetime, publisher: Publisher) -> Entry:
    """Return the entry of an article; `changed_at` moves only when its content did."""
    article = Article.model_validate(_printable(article.model_dump()))
    excerpt = "" if article.summary else _printable(excerpt_of(article.content_html or ""))
    summary = article.summary or article.subtitle or excerpt or article.title
    return Entry(
        uri=article_uri(article.id),
        link=article.url or publisher.article_page(article.id),
        title=article.title,
        summary=summary,
        html=(article.content_html or f"<p>{escape(summary, quote=False)}</p>") + credit_line(article),
        published=_second(article.ordered_at(first_seen_at)),
        updated=_second(changed_at),
        language=article.language,
        authors=article.authors,
        categories=_categories(article),
        outlet=article.outlet,
        image=article.image,
        enclosures=article.enclosures,
        rights=article.rights,
    )


def credit_line(article: Article) -> str:
    """Return the paragraph that names the outlet and leads to the full text, or nothing."""
    if article.is_excerpt and article.url:
        at = f" at {escape(article.outlet.name)}" if article.outlet else ""
        return f'<p><a href="{escape(article.url)}">Read the full article{at}</a></p>'
    if article.outlet is None:
        return ""
    name = escape(article.outlet.name)
    if article.outlet.url:
        name = f'<a href="{escape(article.outlet.url)}">{name}</a>'
    return (
        f"<p>Read the full article at {name}</p>"
        if article.is_excerpt
        else f"<p>First published by {name}</p>"
    )


def _categories(article: Article) -> tuple[Category, ...]:
    """Return topics, kind, and the outlet when it has no URL by which a format could name it otherwise."""
    categories = [Category(topic) for topic in dict.fromkeys(article.topics)]
    categories.append(Category(article.kind.value, KIND_SCHEME))
    if article.outlet is not None and article.outlet.url is None:
        categories.append(Category(article.outlet.name, OUTLET_SCHEME))
    return tuple(categories)


def _second(moment: datetime) -> datetime:
    """Drop the fraction: RSS has none, and the formats must agree."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _printable(value: Any) -> Any:
    """Replace what XML cannot hold. Ingest removes it; one such character would break the whole feed."""
    if isinstance(value, str):
        return _NO_XML_CHARACTER.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_printable(part) for part in value)
    return value
