"""What a page for people says of a feed and of the newest article in it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.channel import Form, feed_address, feed_title
from services.feed.feeds.day_in_words import day_in_words
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.text_direction import direction

_FORM_NAMES = {Form.RSS: "RSS", Form.ATOM: "Atom", Form.JSON: "JSON"}
_SORTS = {
    "custom": "Collection",
    "kind": "Kind",
    "topic": "Topic",
    "author": "Author",
    "outlet": "Outlet",
}
_NAMED = 3


@dataclass(frozen=True)
class Headline:
    """An article in a list: `day` is for people, `moment` for machines."""

    title: str
    link: str
    day: str
    moment: str
    language: str
    direction: str
    byline: str
    kind: str


@dataclass(frozen=True)
class FeedLink:
    """A feed in one format."""

    name: str
    media_type: str
    url: str


@dataclass(frozen=True)
class FeedRow:
    """A feed in a list; `full_title` is what a reader would call it, `sort` says of what it is a feed."""

    title: str
    sort: str
    full_title: str
    articles: int
    links: tuple[FeedLink, ...]
    newest: Headline | None


def feed_row(feed: ListedFeed, known: Mapping[str, KnownArticle], publisher: Publisher) -> FeedRow:
    """Return the row of a feed; its newest article is shown when it is among those known."""
    newest = known.get(feed.newest or "")
    return FeedRow(
        title=feed.title,
        sort=_SORTS.get(feed.group, ""),
        full_title=feed_title(publisher, feed.selection, feed.title),
        articles=feed.articles,
        links=feed_links(feed, publisher),
        newest=headline(newest, publisher) if newest and not newest.withdrawn else None,
    )


def feed_links(feed: ListedFeed, publisher: Publisher) -> tuple[FeedLink, ...]:
    """Return the addresses of a feed in all formats."""
    return tuple(
        FeedLink(name, form.media_type, feed_address(publisher, feed.selection, form))
        for form, name in _FORM_NAMES.items()
    )


def headline(known: KnownArticle, publisher: Publisher) -> Headline:
    """Return an article as it stands in a list."""
    article = known.article
    moment = article.ordered_at(known.first_seen_at).astimezone(publisher.zone)
    return Headline(
        title=article.title,
        link=article.url or publisher.article_page(article.id),
        day=day_in_words(moment, publisher.zone),
        moment=moment.isoformat(timespec="seconds"),
        language=article.language,
        direction=direction(article.language),
        byline=_in_words([author.name for author in article.authors]),
        kind=article.kind.value,
    )


def _in_words(names: Sequence[str]) -> str:
    """Return `A, B and C`; of more than three only the first two are named."""
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} others"]
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
