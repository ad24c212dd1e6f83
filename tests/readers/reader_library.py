"""lemon24/reader: a reader with a store, which fetches over HTTP and remembers validators between polls."""

import os
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path

from reader import Entry, make_reader

from tests.readers.item import Enclosure, Item

# reader 3.26 brings a copy of feedparser along, which asks for a package that nothing depends on any more.
os.environ["READER_NO_VENDORED_FEEDPARSER"] = "1"


def read_with_reader(urls: Sequence[str], folder: Path) -> Iterator[Item]:
    """Subscribe to each address, update once, and show what is unread."""
    for number, url in enumerate(urls):
        # A library of its own for each feed: the same article in two feeds is two entries there.
        with make_reader(str(folder / f"{number}.sqlite")) as library:
            library.add_feed(url)
            library.update_feed(url)
            for entry in library.get_entries(read=False):
                yield item_of(entry, plain=url.endswith(".json"))


def item_of(entry: Entry, *, plain: bool) -> Item:
    """Return the item; `plain` says that the format holds summaries as text, not as HTML."""
    assert entry.published is not None
    assert entry.updated is not None
    return Item(
        id=entry.id,
        title=entry.title or "",
        link=entry.link or "",
        published=entry.published,
        updated=entry.updated,
        authors=tuple(author.name or "" for author in entry.authors),
        summary=(entry.summary or "") if plain else unescape(entry.summary or ""),
        content=entry.content[0].value,
        enclosures=tuple(Enclosure(file.href, file.type, file.length) for file in entry.enclosures),
    )
