"""Making a feed of 50 full-text entries: after one has changed, and from scratch, beside lxml and feedgen."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from lxml import etree

from benchmarks.articles import START, article
from benchmarks.measuring import Report, Row, in_turn
from services.feed.feeds import rss
from services.feed.feeds.channel import Form, channel_of
from services.feed.feeds.content_coding import encoded
from services.feed.feeds.document import WrittenEntry, document_of, write_entry
from services.feed.feeds.entry import entry_of
from services.feed.feeds.members import FeedState
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.rendition import rendition_of
from services.feed.feeds.selection import ALL

_ENTRIES, _BYTES = 50, 9_100
_PUBLISHER = Publisher(name="Benchmarks", public_url="https://news.example")
_CHANNEL = channel_of(_PUBLISHER, ALL, Form.RSS, title="All", updated=START)
_STATE = FeedState(1, 1, 1)

Element = tuple[str, dict[str, str], str | None, list[Any]]
"""Tag, attributes, text and children: all that lxml must be told to write it."""


def run(report: Report) -> None:
    """Measure; the fastest of some repetitions counts in each round, since noise only ever adds."""
    print("rendering", flush=True)
    entries = [entry_of(article(n, _BYTES), START, START, _PUBLISHER) for n in range(_ENTRIES)]
    made = [write_entry(Form.RSS, entry) for entry in entries]
    whole = document_of(Form.RSS, _CHANNEL, made).body
    root = etree.fromstring(whole)
    told = _told(root)
    namespaces: dict[str | None, str] = dict(root.nsmap)
    if etree.tostring(_built(told, namespaces)) != etree.tostring(root):
        raise AssertionError("lxml does not write the same feed")

    found = in_turn(
        {
            "changed": _timed(lambda: _finished([write_entry(Form.RSS, entries[0]), *made[1:]])),
            "join": _timed(lambda: _finished(made)),
            "lxml": _timed(lambda: etree.tostring(_built(told, namespaces), xml_declaration=True)),
            "scratch": _timed(lambda: _finished([write_entry(Form.RSS, entry) for entry in entries])),
            "feedgen": _timed(lambda: _by_feedgen(entries)),
            "compressed": _timed(lambda: encoded(whole)),
        }
    )
    size = f"{len(whole) / 1000:.0f} KB, {_ENTRIES} entries"
    beside = ("ms", "lxml writes the same from scratch", found["lxml"])
    report.rows += [
        Row(f"feed of {size}: one entry has changed", found["changed"], *beside, "≤ 0.2"),
        Row("the same: no entry has changed, only their order", found["join"], *beside),
        Row("the same: every entry is new", found["scratch"], *beside),
        Row("the same by feedgen as its README shows", found["feedgen"], *beside),
        Row("gzip 6 and brotli 6 of it (not on a request's way)", found["compressed"], *beside),
    ]


def _finished(entries: list[WrittenEntry]) -> object:
    """Return the document with its validator: all that stands between the articles and the first answer."""
    return rendition_of(_STATE, document_of(Form.RSS, _CHANNEL, entries))


def _by_feedgen(entries: list[Any]) -> bytes:
    generator = rss.generator_of(_CHANNEL)
    for entry in entries:
        rss.add(generator, entry)
    written: bytes = generator.rss_str()
    return written


def _told(element: Any) -> Element:
    return element.tag, dict(element.attrib), element.text, [_told(child) for child in element]


def _built(told: Element, namespaces: dict[str | None, str]) -> Any:
    tag, attributes, text, children = told
    root = etree.Element(tag, attributes, nsmap=namespaces)
    root.text = text
    _add_children(root, children)
    return root


def _add_children(parent: Any, children: list[Element]) -> None:
    for tag, attributes, text, below in children:
        element = etree.SubElement(parent, tag, attributes)
        element.text = text
        _add_children(element, below)


def _timed(work: Callable[[], object], repetitions: int = 15) -> Callable[[], float]:
    def milliseconds() -> float:
        figures = []
        for _ in range(repetitions):
            began = time.perf_counter()
            work()
            figures.append((time.perf_counter() - began) * 1000)
        return median(figures)

    return milliseconds
