"""A running Newswire whose feeds hold the awkward articles, and what those feeds say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.awkward import AWKWARD
from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire
from tests.readers.item import Enclosure, Item, moment

_NEWEST = 50
"""How many articles a feed holds (contract §5)."""

SELECTIONS = ("kind/report", "kind/commentary", "kind/podcast", "kind/video")
"""The feeds that hold every awkward article once, each in one of them."""


@dataclass(frozen=True)
class Publication:
    """The installation, and its articles as ingest accepted them."""

    installation: Newswire
    accepted: tuple[dict[str, Any], ...]

    def urls(self, form: str) -> list[str]:
        """Return the addresses of the feeds that hold the awkward articles."""
        return [self.url(selection, form) for selection in SELECTIONS]

    def url(self, selection: str, form: str) -> str:
        """Return the address of one feed."""
        return str(self.installation.feed.base_url.join(f"/feeds/{selection}.{form}"))

    def said(self) -> list[Item]:
        """Return what the feeds say of the awkward articles.

        JSON Feed leaves least room for interpretation, so that is where it is read from.
        """
        items = [item for selection in SELECTIONS for item in self.installation.feed_items(selection)]
        return [_item(item) for item in items]


def _item(stated: dict[str, Any]) -> Item:
    return Item(
        id=stated["id"],
        title=stated["title"],
        link=stated["url"],
        published=moment(stated["date_published"]),
        updated=moment(stated["date_modified"]),
        authors=tuple(author["name"] for author in stated.get("authors", [])),
        tags=tuple(stated["tags"]),
        summary=stated["summary"],
        content=stated["content_html"],
        enclosures=tuple(
            Enclosure(file["url"], file["mime_type"], file["size_in_bytes"])
            for file in stated.get("attachments", [])
        ),
    )


@contextmanager
def publication(valkey: ValkeyServer, folder: Path) -> Iterator[Publication]:
    """Run an installation, publish the awkward articles, and go on when the feeds hold them all."""
    with newswire(valkey, folder) as installation:
        articles = [
            {"kind": "report" if number < _NEWEST // 2 else "commentary"} | article
            for number, article in enumerate(AWKWARD.values())
        ]
        # Lone surrogates can be posted as JSON escapes only, which is how `json.dumps` writes them.
        answer = installation.ingest.post(
            "/articles/batch",
            content=json.dumps(articles).encode(),
            headers={"Content-Type": "application/json"},
        )
        rows = answer.json()
        assert all(row["outcome"] == "published" for row in rows), rows
        installation.wait(
            lambda: sum(len(installation.feed_items(one)) for one in SELECTIONS) == len(rows),
            "every awkward article is in a feed",
        )
        accepted = tuple(installation.ingest.get(f"/articles/{row['id']}").json() for row in rows)
        yield Publication(installation, accepted)
