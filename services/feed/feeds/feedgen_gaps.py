"""Extensions for what feedgen lacks: pictures, RSS's dates, language and links of Atom entries.

feedgen 1.0 writes every link of an Atom entry without its `rel`, `type` and `length`, and so each of them
would be an alternate. Only the alternate link goes through it.

Media RSS: https://www.rssboard.org/media-rss; licence link: RFC 4946.
"""

from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

from lxml import etree

from services.feed.feeds.entry import Entry
from shared.article import Enclosure

_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA_NAMESPACE = "http://search.yahoo.com/mrss/"
_MEDIA = f"{{{_MEDIA_NAMESPACE}}}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class GapsInFeed:
    """Declares the namespaces once, at the head of the document."""

    def extend_ns(self) -> dict[str, str]:
        """Return prefix and namespace."""
        return {"media": _MEDIA_NAMESPACE}

    def extend_rss(self, rss: Any) -> Any:
        """Leave the channel as it is."""
        return rss

    def extend_atom(self, feed: Any) -> Any:
        """Leave the feed's head as it is."""
        return feed


class GapsInEntry:
    """Adds to feedgen's element what `entry` has beyond it; `entry` is set by the format's module."""

    entry: Entry

    def extend_rss(self, item: Any) -> Any:
        """Add to an RSS item both clocks, pictures, and the enclosures for which RSS has no room."""
        # feedgen's own date has three digits in the year 999, and changes the locale of the process.
        etree.SubElement(item, "pubDate").text = format_datetime(self.entry.published)
        etree.SubElement(item, f"{_ATOM}updated").text = self.entry.updated.isoformat()
        _add_image(item, self.entry)
        for file in self.entry.enclosures:
            if file is not self.entry.enclosure:
                etree.SubElement(item, f"{_MEDIA}content", _media_file(file))
        return item

    def extend_atom(self, entry: Any) -> Any:
        """Add to an Atom entry its language, its links beside the alternate one, and its picture."""
        entry.set(_LANGUAGE, self.entry.language)
        for attributes in _links_beside_the_alternate(self.entry):
            etree.SubElement(entry, "link", attributes)
        _add_image(entry, self.entry)
        return entry


def _links_beside_the_alternate(entry: Entry) -> Iterator[dict[str, str]]:
    if entry.outlet is not None and entry.outlet.url:
        yield {"rel": "via", "href": entry.outlet.url, "title": entry.outlet.name}
    for file in entry.enclosures:
        yield {"rel": "enclosure", "href": file.url, "type": file.type, "length": str(file.length)}
    licence = entry.rights.license if entry.rights else None
    if licence and licence.startswith(("http:", "https:")):
        yield {"rel": "license", "href": licence}


def _media_file(file: Enclosure) -> dict[str, str]:
    attributes = {"url": file.url, "type": file.type}
    if file.length:
        # Media RSS has no way to say that it is not known, as 0 does in an enclosure.
        attributes["fileSize"] = str(file.length)
    medium = file.type.partition("/")[0].lower()
    return attributes | ({"medium": medium} if medium in {"audio", "video", "image"} else {})


def _add_image(parent: Any, entry: Entry) -> None:
    if entry.image is None:
        return
    etree.SubElement(parent, f"{_MEDIA}thumbnail", url=entry.image.url)
    content = etree.SubElement(parent, f"{_MEDIA}content", url=entry.image.url, medium="image")
    if entry.image.alt:
        etree.SubElement(content, f"{_MEDIA}description", type="plain").text = entry.image.alt
    if entry.image.credit:
        etree.SubElement(content, f"{_MEDIA}credit").text = entry.image.credit


def register_gaps(generator: Any) -> None:
    """Load the extensions; every entry that is added afterwards has a `gaps`."""
    generator.register_extension("gaps", GapsInFeed, GapsInEntry, atom=True, rss=True)


def rights_notice(entry: Entry) -> str | None:
    """Return the terms of use as one line of text."""
    if entry.rights is None:
        return None
    return " ".join(part for part in (entry.rights.notice, entry.rights.license) if part) or None
