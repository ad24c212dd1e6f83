"""An extension for where a document stands in its feed's history (RFC 5005 §4), the same in Atom and RSS.

feedgen writes no link but `self` into an RSS channel.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from services.feed.feeds.channel import Channel, Form, History

_ATOM = "{http://www.w3.org/2005/Atom}"
_NAMESPACE = "http://purl.org/syndication/history/1.0"


class HistoryInFeed:
    """Adds the mark of an archive document and its links; `history` is set by `register_history`."""

    history: History

    def extend_ns(self) -> dict[str, str]:
        """Return prefix and namespace, for archive documents alone."""
        return {"fh": _NAMESPACE} if self.history.current else {}

    def extend_rss(self, rss: Any) -> Any:
        """Add them to the RSS channel."""
        _add(rss[0], f"{_ATOM}link", self.history, Form.RSS)
        return rss

    def extend_atom(self, feed: Any) -> Any:
        """Add them to the head of the Atom feed."""
        _add(feed, "link", self.history, Form.ATOM)
        return feed


class NothingInEntry:
    """Leaves entries as they are; feedgen asks for a class."""

    def extend_rss(self, item: Any) -> Any:
        """Leave the item as it is."""
        return item

    def extend_atom(self, entry: Any) -> Any:
        """Leave the entry as it is."""
        return entry


def register_history(generator: Any, channel: Channel) -> None:
    """Load the extension for one document."""
    generator.register_extension("history", HistoryInFeed, NothingInEntry, atom=True, rss=True)
    generator.history.history = channel.history


def _add(head: Any, link: str, history: History, form: Form) -> None:
    if history.current:
        etree.SubElement(head, f"{{{_NAMESPACE}}}archive")
    for rel, href in _links(history):
        etree.SubElement(head, link, rel=rel, href=href, type=form.media_type)


def _links(history: History) -> Iterator[tuple[str, str]]:
    named = (("current", history.current), ("prev-archive", history.older), ("next-archive", history.newer))
    return ((rel, href) for rel, href in named if href)
