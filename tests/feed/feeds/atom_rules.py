"""What RFC 4287 (schema and prose) and RFC 6721 demand of an Atom feed."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[\x21-\x7e]+", re.IGNORECASE)


@cache
def _schema() -> Any:
    return etree.RelaxNG(etree.parse(Path(__file__).parent / "rfc4287.rng"))


def atom_complaints(document: bytes) -> list[str]:
    """Return what is wrong with the feed; nothing for a good one."""
    feed = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    schema = _schema()
    schema.validate(feed)
    return [*(str(error) for error in schema.error_log), *_prose(feed)]


def _prose(feed: Any) -> Iterator[str]:
    entries = feed.findall(f"{_ATOM}entry")
    if feed.find(f"{_ATOM}author") is None and any(e.find(f"{_ATOM}author") is None for e in entries):
        yield "neither the feed nor every entry has an author (§4.1.1)"
    if len(feed.findall(f"{_ATOM}link[@rel='self']")) != 1:
        yield "not exactly one link to itself (§4.1.1)"
    states = [(e.findtext(f"{_ATOM}id"), e.findtext(f"{_ATOM}updated")) for e in entries]
    if len(set(states)) != len(states):
        yield "two entries with the same id and time of update (§4.1.1)"
    for name in ("updated", "published"):
        for date in feed.iter(f"{_ATOM}{name}"):
            if not _DATE.fullmatch(date.text):
                yield f"{name} {date.text!r} is not RFC 3339 with T and zone (§3.3)"
    for container in (feed, *entries):
        yield from _links(container)
    yield from _tombstones(feed, {uri for uri, _ in states})


def _links(container: Any) -> Iterator[str]:
    links = container.findall(f"{_ATOM}link")
    alternates = [
        (link.get("type"), link.get("hreflang"))
        for link in links
        if link.get("rel", "alternate") == "alternate"
    ]
    if len(set(alternates)) != len(alternates):
        yield "two alternates of the same type and language (§4.1.1, §4.1.2)"
    for link in links:
        if not _ABSOLUTE.fullmatch(link.get("href")):
            yield f"link {link.get('href')!r} is no absolute URI"


def _tombstones(feed: Any, present: set[str | None]) -> Iterator[str]:
    for gone in feed.iter(_TOMBSTONE):
        if not _ABSOLUTE.fullmatch(gone.get("ref", "")):
            yield "a tombstone without ref (RFC 6721 §3)"
        if not _DATE.fullmatch(gone.get("when", "")):
            yield "a tombstone without when (RFC 6721 §3)"
        if gone.get("ref") in present:
            yield "an entry that is there and deleted"
