"""Which feeds an article belongs to, and how a feed is named: `all`, `topic/energy`, `author/ana-ruiz`."""

import re
import unicodedata
from typing import NewType

from services.feed.feeds.slug import slug
from shared.article import Article, Kind
from shared.author_name import without_honorifics

Selection = NewType("Selection", str)
"""The name of a feed, as it stands in its address."""

ALL = Selection("all")
ALL_TITLE = "All articles"
CUSTOM = "custom"
PRIVATE = "private"
"""The groups of the feeds that operators define. None of the second has an address that can be guessed."""

GROUPS = ("all", CUSTOM, "kind", "topic", "author", "outlet")
"""The sorts of feeds, in the order in which they are listed."""

_NAMED = re.compile(r"(?P<group>custom|kind|topic|author|outlet)/(?P<slug>[^/]+)")
_KIND_TITLES = {
    Kind.COMMENTARY: "Commentary",
    Kind.REPORT: "Reports",
    Kind.PODCAST: "Podcasts",
    Kind.VIDEO: "Videos",
    Kind.TESTIMONY: "Testimony",
    Kind.PRESS: "Press releases",
    Kind.ARTICLE: "Articles",
}


def selections_of(article: Article) -> dict[Selection, str]:
    """Return every feed that holds the article, with the feed's title for people."""
    found = {ALL: ALL_TITLE, Selection(f"kind/{article.kind.value}"): _KIND_TITLES[article.kind]}
    named = [("topic", topic, topic) for topic in article.topics]
    for author in article.authors:
        bare = without_honorifics(author.name)
        named.append(("author", bare, bare))
    if article.outlet is not None:
        named.append(("outlet", article.outlet.name, article.outlet.name))
    for group, name, title in named:
        found.setdefault(Selection(f"{group}/{slug(name)}"), " ".join(title.split()) or title)
    return found


def parse_selection(path: str) -> Selection | None:
    """Return the selection that a path names, or None when no feed can ever have that name."""
    normal = unicodedata.normalize("NFC", path)
    if normal == ALL:
        return ALL
    match = _NAMED.fullmatch(normal)
    if match is None or slug(match["slug"]) != match["slug"]:
        return None
    return Selection(normal)


def group_of(selection: Selection) -> str:
    """Return which of `GROUPS` a feed belongs to."""
    return selection.partition("/")[0]


def is_own(selection: Selection) -> bool:
    """Tell whether an operator defined the feed."""
    return group_of(selection) in {CUSTOM, PRIVATE}
