"""An extension for what was withdrawn from an Atom feed: `at:deleted-entry` (RFC 6721) in its head."""

from typing import Any

from lxml import etree

from services.feed.feeds.feedgen_history import NothingInEntry
from services.feed.feeds.tombstone import Tombstone
from shared.timestamps import rfc3339

NAMESPACE = "http://purl.org/atompub/tombstones/1.0"


class TombstonesInFeed:
    """Adds the tombstones to the head of the feed; they are set by `register_tombstones`."""

    tombstones: tuple[Tombstone, ...]

    def extend_ns(self) -> dict[str, str]:
        """Return prefix and namespace, where there is something to tell."""
        return {"at": NAMESPACE} if self.tombstones else {}

    def extend_atom(self, feed: Any) -> Any:
        """Add them to the head of the Atom feed."""
        for tombstone in self.tombstones:
            gone = etree.SubElement(
                feed, f"{{{NAMESPACE}}}deleted-entry", ref=tombstone.uri, when=rfc3339(tombstone.when)
            )
            if tombstone.comment:
                etree.SubElement(gone, f"{{{NAMESPACE}}}comment").text = tombstone.comment
        return feed


def register_tombstones(generator: Any, tombstones: tuple[Tombstone, ...]) -> None:
    """Load the extension for one document; RSS and JSON Feed have no word for this."""
    generator.register_extension("tombstones", TombstonesInFeed, NothingInEntry, atom=True, rss=False)
    generator.tombstones.tombstones = tombstones
