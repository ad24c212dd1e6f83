"""A feed's own description, the same in all three formats, and what those formats are called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.feed.feeds.presentation import Presentation, feed_path
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import ALL, Selection
from services.feed.feeds.tombstone import Tombstone
from shared.article import Kind


class Form(StrEnum):
    """A format of feeds, by the ending of its address."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The format's registered media type."""
        return {
            "rss": "application/rss+xml",
            "atom": "application/atom+xml",
            "json": "application/feed+json",
        }[self.value]


def feed_address(publisher: Publisher, selection: Selection, form: Form) -> str:
    """Return the public URL of a feed in one format."""
    return address_at(publisher, feed_path(selection), form)


def address_at(publisher: Publisher, path: str, form: Form) -> str:
    """Return the URL in one format of the feed at a path."""
    return publisher.address(f"{path}.{form.value}")


def feed_title(publisher: Publisher, selection: Selection, title: str) -> str:
    """Return a feed's title as readers show it in their list of feeds."""
    return publisher.name if selection == ALL else f"{publisher.name}: {title}"


@dataclass(frozen=True)
class History:
    """Where a document's neighbours in the history of its feed are (RFC 5005): one URL each, or None.

    `current` is the feed itself; archive documents have it, and they alone.
    """

    older: str | None = None
    newer: str | None = None
    current: str | None = None


@dataclass(frozen=True)
class Channel:
    """What stands at the head of a feed's document.

    `is_podcast` says that every article of the feed is an episode. `tombstones` are for Atom alone.
    """

    id: str
    title: str
    description: str
    self_url: str
    home_page: str
    author_name: str
    author_url: str | None
    language: str
    updated: datetime
    history: History = History()
    is_podcast: bool = False
    tombstones: tuple[Tombstone, ...] = ()


def channel_of(
    publisher: Publisher,
    selection: Selection,
    form: Form,
    *,
    title: str,
    updated: datetime,
    presentation: Presentation | None = None,
) -> Channel:
    """Return the head of one feed; `title` is the selection's own, `updated` that of its articles."""
    shown = presentation or Presentation(feed_path(selection))
    about = "everything" if selection == ALL else title
    return Channel(
        id=publisher.address(f"/feeds/{selection}"),
        title=feed_title(publisher, selection, title),
        description=shown.description or f"The newest from {publisher.name}: {about}",
        self_url=address_at(publisher, shown.path, form),
        home_page=publisher.home_page,
        author_name=publisher.name,
        author_url=publisher.url,
        language=publisher.language,
        updated=shown.updated(updated).replace(microsecond=0),
        is_podcast=selection == f"kind/{Kind.PODCAST.value}",
    )
