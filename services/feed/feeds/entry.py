"""An article as an entry of a feed: one constructor makes every field that RSS, Atom and JSON Feed need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from services.feed.feeds.corrections import corrections_html
from services.feed.feeds.excerpt import excerpt_of
from services.feed.feeds.printable import printable, printable_fields
from services.feed.feeds.publisher import Publisher
from shared.article import Article, Author, Correction, Enclosure, Image, Kind, Outlet, Rights
from shared.identifiers import article_uri

KIND_SCHEME = "tag:newswire,2026:kind"
OUTLET_SCHEME = "tag:newswire,2026:outlet"


@dataclass(frozen=True)
class Category:
    """A tag; topics have no scheme."""

    term: str
    scheme: str | None = None


@dataclass(frozen=True)
class Entry:
    """What a feed says about an article. Texts are plain and never empty, times in UTC and whole seconds.

    Of the enclosures the first counts most. The `html` ends with the corrections, which `corrections` has
    once more for programs.
    """

    uri: str
    link: str
    kind: Kind
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
    corrections: tuple[Correction, ...]

    @property
    def enclosure(self) -> Enclosure | None:
        """The one file for formats and readers that take only one."""
        return self.enclosures[0] if self.enclosures else None


def entry_of(article: Article, first_seen_at: datetime, changed_at: datetime, publisher: Publisher) -> Entry:
    """Return the entry of an article; `changed_at` moves only when its content did."""
    article = Article.model_validate(printable_fields(article.model_dump()))
    excerpt = "" if article.summary else printable(excerpt_of(article.content_html or ""))
    summary = article.summary or article.subtitle or excerpt or article.title
    return Entry(
        uri=article_uri(article.id),
        link=article.url or publisher.article_page(article.id),
        kind=article.kind,
        title=article.title,
        summary=summary,
        html=(article.content_html or f"<p>{escape(summary, quote=False)}</p>")
        + credit_line(article)
        + corrections_html(article.corrections, publisher.zone),
        published=_second(article.ordered_at(first_seen_at)),
        updated=_second(changed_at),
        language=article.language,
        authors=article.authors,
        categories=_categories(article),
        outlet=article.outlet,
        image=article.image,
        enclosures=_sound_first(article) if article.kind is Kind.PODCAST else article.enclosures,
        rights=article.rights,
        corrections=article.corrections,
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


def _sound_first(episode: Article) -> tuple[Enclosure, ...]:
    """Return an episode's files, its sound before all else: many players and readers take the first alone."""
    return tuple(sorted(episode.enclosures, key=lambda file: not file.type.lower().startswith("audio/")))


def _second(moment: datetime) -> datetime:
    """Drop the fraction: RSS has none, and the formats must agree."""
    return moment.astimezone(UTC).replace(microsecond=0)
