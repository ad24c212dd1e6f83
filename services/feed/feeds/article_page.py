"""A page for an article: for those without one of their own, and for whoever asks about any other."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.channel import Form, feed_address, feed_title
from services.feed.feeds.day_in_words import day_in_words
from services.feed.feeds.entry import entry_of
from services.feed.feeds.pages import render
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import group_of
from services.feed.feeds.structured_data import license_url, social_tags, structured_data
from services.feed.feeds.text_direction import direction
from shared.article import Article
from shared.author_name import without_honorifics

# Cleaned HTML has every attribute in double quotes, and no `<` in a text.
_TAG = re.compile(r'(<[a-z0-9]*)((?:[^>"]|"[^"]*")*>)')


@dataclass(frozen=True)
class Pointer:
    """Where the article stands in full, or first stood; `url` is None when only the name is known."""

    text: str
    name: str
    url: str | None


@dataclass(frozen=True)
class DatedText:
    """A moment for people and for machines, and what belongs to it."""

    day: str
    moment: str
    text: str = ""


def article_page(known: KnownArticle, publisher: Publisher) -> bytes:
    """Return the page of one article; its HTML was cleaned when it was accepted."""
    article = known.article
    entry = entry_of(article, known.first_seen_at, known.changed_at, publisher)
    feeds = known.feeds()
    return render(
        "article.html",
        publisher,
        article=article,
        entry=entry,
        direction=direction(article.language),
        # The one text that is HTML already; without it the summary stands in.
        text=article.summary,
        body=Markup(_reachable(article.content_html or "")),  # noqa: S704 - ingest has cleaned it
        authors=[(author.name, _search(without_honorifics(author.name))) for author in article.authors],
        published=_dated(article.published_at, publisher) if article.published_at else None,
        updated=_updated(article, publisher),
        corrections=[_dated(correction.at, publisher, correction.note) for correction in entry.corrections],
        pointer=_pointer(article),
        license_url=license_url(article.rights),
        topics=[
            (title, _search(title)) for selection, title in feeds.items() if group_of(selection) == "topic"
        ],
        alternates=[
            (feed_title(publisher, feed, title), form.media_type, feed_address(publisher, feed, form))
            for feed, title in feeds.items()
            for form in Form
        ],
        social=social_tags(article, entry, publisher),
        # Made so that it cannot end its element; no entity would be read in there.
        structured=Markup(structured_data(article, entry, publisher)),  # noqa: S704 - see above
    )


def _reachable(content: str) -> str:
    """Let the keyboard reach tables: a wide one is scrolled sideways on a small screen."""
    return _TAG.sub(lambda tag: tag[1] + ' tabindex="0"' + tag[2] if tag[1] == "<table" else tag[0], content)


def _search(words: str) -> str:
    """Return where the feeds of an author or a topic are found, seen from the page."""
    return "../?" + urlencode({"q": words})


def _dated(moment: datetime, publisher: Publisher, text: str = "") -> DatedText:
    local = moment.astimezone(publisher.zone)
    return DatedText(day_in_words(local, publisher.zone), local.isoformat(timespec="seconds"), text)


def _updated(article: Article, publisher: Publisher) -> DatedText | None:
    """Return when the article was changed, if that was on a later day."""
    if article.updated_at is None:
        return None
    updated = _dated(article.updated_at, publisher)
    if article.published_at is not None:
        if article.updated_at < article.published_at:
            return None
        if _dated(article.published_at, publisher).day == updated.day:
            return None
    return updated


def _pointer(article: Article) -> Pointer | None:
    outlet = article.outlet
    if article.is_excerpt:
        url = article.url or (outlet.url if outlet else None)
        name = outlet.name if outlet else _host(url)
        return Pointer("Read the full article at", name, url) if name else None
    if outlet is not None:
        return Pointer("First published by", outlet.name, article.url or outlet.url)
    return Pointer("Read this article at", _host(article.url), article.url) if article.url else None


def _host(url: str | None) -> str:
    return (urlsplit(url).hostname or "") if url else ""
