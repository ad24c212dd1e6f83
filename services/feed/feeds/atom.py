"""Atom 1.0 (RFC 4287), written by feedgen.

feedgen sets the locale of the whole process while it writes a date: never write two feeds at the same time.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from feedgen.feed import FeedGenerator

from services.feed.feeds.channel import Channel, Form
from services.feed.feeds.entry import Entry
from services.feed.feeds.feedgen_gaps import register_gaps, rights_notice
from services.feed.feeds.feedgen_history import register_history
from services.feed.feeds.feedgen_tombstones import register_tombstones

_END = b"</feed>"
_ANY = Channel("id", "title", "about", "self", "home", "author", None, "en", datetime(2026, 1, 1, tzinfo=UTC))


def generator_of(channel: Channel) -> Any:
    """Return feedgen's document without entries."""
    generator: Any = FeedGenerator()
    register_gaps(generator)
    register_history(generator, channel)
    register_tombstones(generator, channel.tombstones)
    generator.id(channel.id)
    generator.title(channel.title)
    generator.subtitle(channel.description)
    generator.link(href=channel.self_url, rel="self", type=Form.ATOM.media_type)
    generator.link(href=channel.home_page, rel="alternate", type="text/html")
    generator.author(_person(channel.author_name, channel.author_url))
    generator.language(channel.language)
    generator.generator("Newswire")
    generator.updated(channel.updated)
    return generator


def add(generator: Any, entry: Entry) -> None:
    """Add an entry behind those that are there."""
    item = generator.add_entry(order="append")
    item.gaps.entry = entry
    item.id(entry.uri)
    item.title(entry.title)
    item.link(href=entry.link, rel="alternate")
    item.summary(entry.summary)
    item.content(entry.html, type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    for author in entry.authors:
        item.author(_person(author.name, author.url))
    for category in entry.categories:
        item.category(term=category.term, scheme=category.scheme)
    if notice := rights_notice(entry):
        item.rights(notice)


def entry_bytes(entry: Entry) -> bytes:
    """Return the entry exactly as feedgen writes it inside any document of ours."""
    generator = generator_of(_ANY)
    add(generator, entry)
    whole: bytes = generator.atom_str()
    return whole[_length_of_any_head() : -len(_END)]


def frame(channel: Channel) -> tuple[bytes, bytes]:
    """Return what stands before and behind the entries of a document."""
    empty: bytes = generator_of(channel).atom_str()
    return empty[: -len(_END)], _END


def _person(name: str, url: str | None) -> dict[str, str]:
    return {"name": name, "uri": url} if url else {"name": name}


@cache
def _length_of_any_head() -> int:
    return len(generator_of(_ANY).atom_str()) - len(_END)
