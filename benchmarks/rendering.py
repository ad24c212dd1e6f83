"""A feed of 50 full-text entries, after one has changed and from scratch: ours, lxml, feedgen, Django."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree

from benchmarks.articles import START, article
from benchmarks.measuring import Report, Row, in_turn
from benchmarks.peers import feedgen_feed
from benchmarks.peers_venv import peers_python
from services.feed.feeds.channel import Form, channel_of
from services.feed.feeds.content_coding import encoded
from services.feed.feeds.document import WrittenEntry, document_of, write_entry
from services.feed.feeds.entry import Entry, entry_of
from services.feed.feeds.members import FeedState
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.rendition import rendition_of
from services.feed.feeds.selection import ALL
from shared.article import Article

_ENTRIES, _BYTES = 50, 9_100
_REPETITIONS = 15
_PUBLISHER = Publisher(name="Benchmarks", public_url="https://news.example")
_CHANNEL = channel_of(_PUBLISHER, ALL, Form.RSS, title="All", updated=START)
_STATE = FeedState(1, 1, 1)

Element = tuple[str, dict[str, str], str | None, list[Any]]
"""Tag, attributes, text and children: all that lxml must be told to write it."""


def run(report: Report) -> None:
    """Measure; the median of some repetitions counts in each round."""
    print("rendering", flush=True)
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name:
        articles = [article(n, _BYTES) for n in range(_ENTRIES)]
        file = Path(name) / "articles.json"
        file.write_text(f"[{','.join(each.model_dump_json() for each in articles)}]")
        made = [write_entry(Form.RSS, entry) for entry in _entries(articles)]
        whole = document_of(Form.RSS, _CHANNEL, made).body
        found = in_turn(_ours(_entries(articles), made, whole) | _theirs(articles, file, whole))
    report.rows += _rows(f"{len(whole) / 1000:.0f} KB, {_ENTRIES} entries", found)


def _entries(articles: Iterable[Article]) -> list[Entry]:
    return [entry_of(each, START, START, _PUBLISHER) for each in articles]


def _ours(entries: list[Entry], made: list[WrittenEntry], whole: bytes) -> dict[str, Callable[[], float]]:
    return {
        "changed": _timed(lambda: _finished([write_entry(Form.RSS, entries[0]), *made[1:]])),
        "join": _timed(lambda: _finished(made)),
        "scratch": _timed(lambda: _finished([write_entry(Form.RSS, entry) for entry in entries])),
        "compressed": _timed(lambda: encoded(whole)),
    }


def _theirs(articles: list[Article], file: Path, whole: bytes) -> dict[str, Callable[[], float]]:
    root = etree.fromstring(whole)
    told = _told(root)
    namespaces: dict[str | None, str] = dict(root.nsmap)
    if etree.tostring(_built(told, namespaces)) != etree.tostring(root):
        raise AssertionError("lxml does not write the same feed")
    return {
        "lxml": _timed(lambda: etree.tostring(_built(told, namespaces), xml_declaration=True)),
        "feedgen": _timed(lambda: feedgen_feed.written(articles)),
        "django": partial(_by_django, file),
    }


def _rows(size: str, found: Mapping[str, float]) -> list[Row]:
    beside = ("ms", "lxml writes the same from scratch", found["lxml"])
    changed = f"feed of {size}: one entry has changed"
    feedgen, django = "feedgen as its README shows, from scratch", "Django's syndication feed, from scratch"
    return [
        Row(changed, found["changed"], *beside, "≤ 0.2"),
        Row(changed, found["changed"], "ms", feedgen, found["feedgen"], "≤ 1"),
        Row(changed, found["changed"], "ms", django, found["django"], "≤ 1"),
        Row("the same: no entry has changed, only their order", found["join"], *beside),
        Row("the same: every entry is new", found["scratch"], *beside),
        Row("gzip 6 and brotli 6 of it (not on a request's way)", found["compressed"], *beside),
    ]


def _finished(entries: list[WrittenEntry]) -> object:
    """Return the document with its validator: all that stands between the articles and the first answer."""
    return rendition_of(_STATE, document_of(Form.RSS, _CHANNEL, entries))


def _by_django(articles: Path) -> float:
    """Return the milliseconds of a peer that has packages of its own, and therefore a process."""
    command = [str(peers_python()), "-m", "benchmarks.peers.django_feed", str(articles), str(_REPETITIONS)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


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


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def milliseconds() -> float:
        figures = []
        for _ in range(_REPETITIONS):
            began = time.perf_counter()
            work()
            figures.append((time.perf_counter() - began) * 1000)
        return median(figures)

    return milliseconds
