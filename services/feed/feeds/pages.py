"""Pages for people, without scripts: the list of feeds, its search, and what stands where no article is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.feed_rows import FeedRow, Headline, feed_row
from services.feed.feeds.opml import GROUP_TITLES
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.shown_feeds import Found, ShownGroup

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src http: https: data:; media-src http: https:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}

_TEMPLATES = Path(__file__).parent / "templates"

STYLESHEET = (_TEMPLATES / "feeds.css").read_bytes()
"""The pages' own stylesheet, served beside them."""

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def landing_page(
    groups: Sequence[ShownGroup],
    newest: Sequence[Headline],
    known: Mapping[str, KnownArticle],
    publisher: Publisher,
) -> bytes:
    """Return the page that lists the newest articles and the largest feeds of every group."""
    rows = {group.name: [feed_row(feed, known, publisher) for feed in group.feeds] for group in groups}
    return render(
        "landing.html",
        publisher,
        root="./",
        groups=groups,
        rows=rows,
        newest=newest,
        alternates=[row for group in groups for row in rows[group.name]],
    )


def search_page(found: Found, known: Mapping[str, KnownArticle], publisher: Publisher) -> bytes:
    """Return a page of the feeds that were found."""
    rows: list[FeedRow] = [feed_row(feed, known, publisher) for feed in found.feeds]
    return render(
        "search.html",
        publisher,
        root="./",
        found=found,
        rows=rows,
        alternates=rows,
        group_title=GROUP_TITLES.get(found.question.group, ""),
        turn=lambda page: _address(found, page),
    )


def withdrawn_page(publisher: Publisher) -> bytes:
    """Return the page that stands where a withdrawn article stood."""
    return render(
        "missing.html",
        publisher,
        heading="This article was withdrawn",
        text="It has left all feeds and is no longer available.",
    )


def unknown_page(publisher: Publisher) -> bytes:
    """Return the page for an address at which no article ever was."""
    return render(
        "missing.html",
        publisher,
        heading="No such article",
        text="There is no article at this address. It may have been copied incompletely.",
    )


def render(template: str, publisher: Publisher, *, root: str = "../", **values: object) -> bytes:
    """Return a page; `root` leads from it to where the service stands, perhaps under a path of a proxy."""
    return _environment.get_template(template).render(publisher=publisher, root=root, **values).encode()


def _address(found: Found, page: int) -> str:
    """Return where another page of what was found stands, seen from the landing page."""
    asked = {"q": found.question.words, "group": found.question.group, "page": page if page > 1 else ""}
    return "./?" + urlencode({name: value for name, value in asked.items() if value})
