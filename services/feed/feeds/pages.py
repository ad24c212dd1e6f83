"""Pages for people, without scripts: the list of all feeds, and a plain page for an article."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.channel import Form, feed_address, feed_title
from services.feed.feeds.entry import entry_of
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.opml import GROUP_TITLES
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import group_of
from shared.article import Author

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src http: https: data:; media-src http: https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}

_TEMPLATES = Path(__file__).parent / "templates"
_FORM_NAMES = {Form.RSS: "RSS", Form.ATOM: "Atom", Form.JSON: "JSON"}

STYLESHEET = (_TEMPLATES / "feeds.css").read_bytes()
"""The pages' own stylesheet, served beside them."""

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def landing_page(feeds: Sequence[ListedFeed], publisher: Publisher) -> bytes:
    """Return the page that lists every feed, by group, with the addresses of its formats."""
    rows = [
        {
            "group": feed.group,
            "title": feed.title,
            "full_title": feed_title(publisher, feed.selection, feed.title),
            "articles": feed.articles,
            "headline": feed.newest_headline,
            "links": [
                {
                    "name": name,
                    "media_type": form.media_type,
                    "url": feed_address(publisher, feed.selection, form),
                }
                for form, name in _FORM_NAMES.items()
            ],
        }
        for feed in feeds
    ]
    return _page(
        "landing.html",
        publisher,
        root="",
        rows=rows,
        groups=GROUP_TITLES,
        opml=publisher.address("/feeds.opml"),
    )


def article_page(known: KnownArticle, publisher: Publisher) -> bytes:
    """Return the page of one article; its HTML was cleaned when it was accepted."""
    article = known.article
    entry = entry_of(article, known.first_seen_at, known.changed_at, publisher)
    topics = [
        {"title": title, "url": feed_address(publisher, selection, Form.RSS)}
        for selection, title in known.feeds().items()
        if group_of(selection) == "topic"
    ]
    return _page(
        "article.html",
        publisher,
        article=article,
        entry=entry,
        # The one text that is HTML already.
        body=Markup(entry.html),  # noqa: S704 - ingest has cleaned it
        byline=_byline(article.authors),
        day=_day(article.published_at, publisher),
        topics=topics,
        page_url=publisher.article_page(article.id),
    )


def withdrawn_page(publisher: Publisher) -> bytes:
    """Return the page that stands where a withdrawn article stood."""
    return _page(
        "missing.html", publisher, heading="This article was withdrawn", text="It is no longer available."
    )


def unknown_page(publisher: Publisher) -> bytes:
    """Return the page for an address at which no article ever was."""
    return _page(
        "missing.html", publisher, heading="No such article", text="There is no article at this address."
    )


def _page(template: str, publisher: Publisher, *, root: str = "../", **values: object) -> bytes:
    """Return a page; `root` leads from it to where the service stands, perhaps under a path of a proxy."""
    return _environment.get_template(template).render(publisher=publisher, root=root, **values).encode()


def _byline(authors: Sequence[Author]) -> str:
    names = [author.name for author in authors]
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _day(moment: datetime | None, publisher: Publisher) -> str:
    """Return `23 January 2019`, or nothing for an unknown date."""
    if moment is None:
        return ""
    local = moment.astimezone(publisher.zone)
    return f"{local.day} {local:%B %Y}"
