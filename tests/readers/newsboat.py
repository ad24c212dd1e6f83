"""Newsboat, a reader for terminals: run without one, and asked through the store that it keeps."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.readers.item import Enclosure, Item
from tests.readers.subscription import Shown, listed


class Newsboat:
    """A Newsboat with settings and store of its own, subscribed to some feeds."""

    def __init__(self, folder: Path, *urls: str) -> None:
        self._store = folder / "cache.db"
        self._urls = folder / "urls"
        self._settings = folder / "config"
        self._urls.write_text("".join(f"{url}\n" for url in urls))
        self._settings.touch()

    def poll(self) -> None:
        """Ask every feed for news."""
        files = ("-u", self._urls, "-c", self._store, "-C", self._settings)
        # It makes a folder in the home of whoever runs it, whatever files it is given.
        home = os.environ | {"HOME": str(self._store.parent)}
        command: list[str | Path] = ["newsboat", *files, "-x", "reload"]
        subprocess.run(command, env=home, check=True, capture_output=True, timeout=60)

    def rows(self) -> list[dict[str, Any]]:
        """Return its items as it stores them."""
        with closing(sqlite3.connect(self._store)) as store:
            store.row_factory = sqlite3.Row
            return [dict(row) for row in store.execute("SELECT * FROM rss_item WHERE NOT deleted")]

    def shown(self) -> dict[str, Shown]:
        """Return title and unread mark of each item by its id."""
        return listed([(row["guid"], Shown(row["title"], bool(row["unread"]))) for row in self.rows()])

    def read_all(self) -> None:
        """Store what the key `A` in its list of articles does."""
        with closing(sqlite3.connect(self._store)) as store, store:
            store.execute("UPDATE rss_item SET unread = 0")


def read_with_newsboat(urls: Sequence[str], folder: Path) -> Iterator[Item]:
    """Subscribe to every address, poll once, and show what was stored."""
    newsboat = Newsboat(folder, *urls)
    newsboat.poll()
    for row in newsboat.rows():
        enclosure = Enclosure(row["enclosure_url"], row["enclosure_type"], None)
        yield Item(
            id=row["guid"],
            title=row["title"],
            link=row["url"],
            published=datetime.fromtimestamp(row["pubDate"], UTC),
            authors=(row["author"],) if row["author"] else (),
            content=row["content"],
            enclosures=(enclosure,) if enclosure.url else (),
        )
