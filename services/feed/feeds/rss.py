"""RSS 2.0 (https://www.rssboard.org/rss-specification), written by feedgen.

A title is plain text, escaped once (RSS Best Practices Profile, "character data"): what looks like markup or
like an entity in it stands there as just that text. Most readers show it so; those that guess whether it is
HTML (feedparser and what is built on it) would be right only with a second escaping, which all others would
show. The description is HTML by the profile, and therefore is escaped once more.

feedgen sets the locale of the whole process while it writes a date: never write two feeds at the same time.
"""

from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import Any

from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.ext.podcast import PodcastExtension
from feedgen.ext.podcast_entry import PodcastEntryExtension
from feedgen.feed import FeedGenerator

from services.feed.feeds.channel import Channel, Form
from services.feed.feeds.entry import Entry
from services.feed.feeds.feedgen_gaps import register_gaps, rights_notice
from services.feed.feeds.feedgen_history import register_history
from services.feed.feeds.podcast import describe_episode, describe_show
from shared.article import Kind

_MINUTES_TO_LIVE = 5
_END = b"</channel></rss>"
_ANY = Channel("id", "title", "about", "self", "home", "author", None, "en", datetime(2026, 1, 1, tzinfo=UTC))


def generator_of(channel: Channel) -> Any:
    """Return feedgen's document without items."""
    generator: Any = FeedGenerator()
    # To load them by name, feedgen searches the disk for a module that there is not, each time.
    generator.register_extension("dc", DcExtension, DcEntryExtension, atom=False, rss=True)
    generator.register_extension("podcast", PodcastExtension, PodcastEntryExtension, atom=False, rss=True)
    register_gaps(generator)
    register_history(generator, channel)
    generator.title(channel.title)
    generator.description(channel.description)
    generator.link(href=channel.self_url, rel="self", type=Form.RSS.media_type)
    # feedgen takes the last link for the channel's own <link>.
    generator.link(href=channel.home_page, rel="alternate")
    generator.language(channel.language)
    generator.generator("Newswire")
    generator.lastBuildDate(channel.updated)
    if channel.history.current is None:
        generator.ttl(_MINUTES_TO_LIVE)
    if channel.is_podcast:
        describe_show(generator.podcast, channel)
    return generator


def add(generator: Any, entry: Entry) -> None:
    """Add an item behind those that are there."""
    item = generator.add_entry(order="append")
    item.gaps.entry = entry
    item.guid(entry.uri, permalink=False)
    item.title(entry.title)
    item.link(href=entry.link)
    item.description(escape(entry.summary, quote=False))
    item.content(entry.html)
    item.dc.dc_creator([author.name for author in entry.authors])
    item.dc.dc_language(entry.language)
    if notice := rights_notice(entry):
        item.dc.dc_rights(notice)
    for category in entry.categories:
        item.category(term=category.term, scheme=category.scheme)
    if entry.outlet is not None and entry.outlet.url:
        item.source(url=entry.outlet.url, title=entry.outlet.name)
    if file := entry.enclosure:
        item.enclosure(url=file.url, length=file.length, type=file.type)
        if entry.kind is Kind.PODCAST and file.type.lower().startswith("audio/"):
            describe_episode(item.podcast, entry)


def entry_bytes(entry: Entry) -> bytes:
    """Return the item exactly as feedgen writes it inside any document of ours."""
    generator = generator_of(_ANY)
    add(generator, entry)
    whole: bytes = generator.rss_str()
    return whole[_length_of_any_head() : -len(_END)]


def frame(channel: Channel) -> tuple[bytes, bytes]:
    """Return what stands before and behind the items of a document."""
    empty: bytes = generator_of(channel).rss_str()
    return empty[: -len(_END)], _END


@cache
def _length_of_any_head() -> int:
    return len(generator_of(_ANY).rss_str()) - len(_END)
