"""feedparser and fastfeedparser, the parsers beneath most readers written in Python."""

from calendar import timegm
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser

from tests.readers.item import Enclosure, Item, moment


def read_with_feedparser(urls: Sequence[str], _: Path) -> Iterator[Item]:
    """Let feedparser fetch and parse each address."""
    for url in urls:
        feed = feedparser.parse(url)
        assert not feed.bozo, feed.bozo_exception
        for entry in feed.entries:
            yield Item(
                id=entry.id,
                title=entry.title,
                link=entry.link,
                published=_utc(entry.published_parsed),
                updated=_utc(entry.updated_parsed),
                authors=tuple(author.name for author in entry.get("authors", [])),
                tags=tuple(tag.term for tag in entry.get("tags", [])),
                summary=unescape(entry.summary),
                content=entry.content[0].value,
                enclosures=tuple(
                    Enclosure(file.href, file.type, int(file.length)) for file in entry.enclosures
                ),
            )


def read_with_fastfeedparser(urls: Sequence[str], _: Path) -> Iterator[Item]:
    """Let fastfeedparser fetch and parse each address."""
    for url in urls:
        for entry in fastfeedparser.parse(url).entries:
            # It leaves Atom's enclosures among the links.
            links = [link for link in entry.get("links", []) if link["rel"] == "enclosure"]
            yield Item(
                id=entry.id,
                title=entry.title,
                link=entry.link,
                published=moment(entry.published),
                updated=moment(entry.updated),
                authors=tuple(author["name"] for author in entry.get("authors", [])),
                tags=tuple(tag["term"] for tag in entry.get("tags", [])),
                summary=unescape(entry.description) if url.endswith(".rss") else entry.description,
                content=entry.content[0]["value"],
                enclosures=tuple(
                    Enclosure(file.get("url") or file["href"], file["type"], file.get("length"))
                    for file in entry.get("enclosures", links)
                ),
            )


def _utc(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)
