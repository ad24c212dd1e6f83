"""lemon24/reader: a reader with a store, which fetches over HTTP and remembers validators between polls."""

import os
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path

from reader import Entry, make_reader

from tests.readers.item import Enclosure, Item
from tests.readers.subscription import Shown, listed

# reader 3.26 brings a copy of feedparser along, which asks for a package that nothing depends on any more.
os.environ["READER_NO_VENDORED_FEEDPARSER"] = "1"


class Library:
    """A library with one feed."""

    def __init__(self, folder: Path, url: str) -> None:
        self._store = str(folder / "library.sqlite")
        self._url = url
        with make_reader(self._store) as library:
            library.add_feed(url)

    def poll(self) -> None:
        """Update the feed, as `reader update` does."""
        with make_reader(self._store) as library:
            library.update_feed(self._url)

    def entries(self) -> list[Entry]:
        """Return its entries, newest first."""
        with make_reader(self._store) as library:
            return list(library.get_entries())

    def shown(self) -> dict[str, Shown]:
        """Return title and unread mark of each entry by its id."""
        return listed([(entry.id, Shown(entry.title or "", not entry.read)) for entry in self.entries()])

    def read_all(self) -> None:
        """Mark every entry as read."""
        with make_reader(self._store) as library:
            for entry in library.get_entries(read=False):
                library.mark_entry_as_read(entry)


def read_with_reader(urls: Sequence[str], folder: Path) -> Iterator[Item]:
    """Subscribe to each address in a library of its own, and show what is there after one update."""
    for number, url in enumerate(urls):
        place = folder / str(number)
        place.mkdir()
        library = Library(place, url)
        library.poll()
        for entry in library.entries():
            yield _item(entry, plain=url.endswith(".json"))


def _item(entry: Entry, *, plain: bool) -> Item:
    """Return the item; `plain` says that the format holds summaries as text, not as HTML."""
    assert entry.published is not None
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
