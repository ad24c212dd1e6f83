"""Definitions of operators' feeds in which everything is valid until a test says otherwise."""

from typing import Any

from services.feed.feeds.own_feed import OwnFeed, OwnFeeds
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from tests.builders import NOON


def an_own_feed(name: str = "digest", *, version: int = 1, **fields: Any) -> OwnFeed:
    """Return a public feed of everything, added at a version of the definitions; `filter` takes a dict."""
    given: dict[str, Any] = {
        "name": name,
        "title": name.title(),
        "entries": 50,
        "born": version,
        "revision": version,
        "created_at": NOON,
        "changed_at": NOON,
    }
    return OwnFeed.model_validate(given | fields)


def own_feeds(*feeds: OwnFeed, version: int = 1) -> OwnFeeds:
    """Return all definitions as of one version."""
    return OwnFeeds(version, {feed.name: feed for feed in feeds})


async def define(registry: OwnFeedRegistry, name: str = "digest", **fields: Any) -> OwnFeed:
    """Store a definition, without filling the feed."""
    feed = await registry.add(name, lambda version: an_own_feed(name, version=version, **fields), None)
    assert feed is not None
    return feed


async def redefine(registry: OwnFeedRegistry, name: str = "digest", **fields: Any) -> OwnFeed:
    """Store a changed definition, without filling the feed."""
    feed = await registry.change(name, lambda known, version: known.changed(version, fields))
    assert feed is not None
    return feed
