"""What the RSS 2.0 specification, its best-practices profile and the W3C's validator demand of a feed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://search.yahoo.com/mrss/",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://purl.org/syndication/history/1.0",
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
}
_CHANNEL_ONCE = {"title", "link", "description", "language", "generator", "lastBuildDate", "ttl", "docs"}
_ITEM_ONCE = {"title", "link", "description", "guid", "pubDate", "source", "enclosure"}
_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_URL = re.compile(r"https?://[\x21-\x7e]+")


def rss_complaints(document: bytes) -> list[str]:
    """Return what is wrong with the feed; nothing for a good one."""
    rss = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    channel = rss.find("channel")
    if (rss.tag, rss.get("version"), channel is None) != ("rss", "2.0", False):
        return ["this is no RSS 2.0"]
    return [*_channel(channel), *(c for item in channel.iter("item") for c in _item(item)), *_anywhere(rss)]


def _channel(channel: Any) -> Iterator[str]:
    yield from _at_most_once(channel, _CHANNEL_ONCE, several={"item"})
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"the channel has no {name}"
    own = [link for link in channel.findall(f"{_ATOM}link") if link.get("rel") == "self"]
    if len(own) != 1 or own[0].get("type") != "application/rss+xml":
        yield "not exactly one atom:link to itself, with its type"
    guids = [item.findtext("guid") for item in channel.iter("item")]
    if len(set(guids)) != len(guids):
        yield "two items with one guid"


def _item(item: Any) -> Iterator[str]:
    yield from _at_most_once(item, _ITEM_ONCE, several={"category"})
    if not item.findtext("title") and not item.findtext("description"):
        yield "an item with neither title nor description"
    if item.find("guid") is None or item.find("guid").get("isPermaLink") != "false":
        yield "an item whose guid is missing or claims to be an address"
    names = [child.tag for child in item]
    if _CONTENT in names and names.index("description") > names.index(_CONTENT):
        yield "content:encoded stands before description"
    enclosure = item.find("enclosure")
    if enclosure is not None and not (
        _URL.fullmatch(enclosure.get("url", ""))
        and enclosure.get("length", "").isdecimal()
        and "/" in enclosure.get("type", "")
    ):
        yield "an enclosure needs url, length and type"
    for picture in item.iter(f"{_MEDIA}content", f"{_MEDIA}thumbnail"):
        if not _URL.fullmatch(picture.get("url", "")):
            yield "a media element without an address"
        if not int(picture.get("fileSize", "1")):
            yield "a fileSize must be positive (Media RSS)"


def _anywhere(rss: Any) -> Iterator[str]:
    for element in rss.iter():
        name = etree.QName(element)
        if name.namespace is not None and name.namespace not in _NAMESPACES:
            yield f"an element of an unknown namespace: {element.tag}"
        if element.tag in {"pubDate", "lastBuildDate"} and not _is_date(element.text):
            yield f"{element.text!r} is not RFC 822 with a year of four digits"
        if element.tag == "link" and not _URL.fullmatch(element.text or ""):
            yield f"link {element.text!r} is no absolute URL"
        if element.tag == "source" and not (_URL.fullmatch(element.get("url", "")) and element.text):
            yield "a source needs url and name"
        if element.tag == "category" and not (element.text or "").strip():
            yield "a category without a name"


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    moment = parsedate_to_datetime(text)
    return moment.utcoffset() == timedelta(0) and f"{moment:%a}" == text[:3]


def _at_most_once(parent: Any, once: set[str], *, several: set[str]) -> Iterator[str]:
    names = [child.tag for child in parent if not child.tag.startswith("{")]
    yield from (f"{name} twice in {parent.tag}" for name in once if names.count(name) > 1)
    yield from (f"no such element in {parent.tag}: {name}" for name in {*names} - once - several)
