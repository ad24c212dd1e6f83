"""What holds for every document: none crashes the reader, and layout changes nothing."""

# ruff: noqa: RUF001 - typographic quotes and dashes are what is tested

import time
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.draft import ArticleDraft, Origin
from services.ingest.read.lines import MAX_LINES
from services.ingest.read.page import read_page
from services.ingest.read.reading import Reading, UnreadableDocument
from shared.article import Author, Kind, Outlet
from tests.ingest.read.page_writer import Bullets, Layout, write_page

WORDS = st.sampled_from(
    ["bread", "chips", "cobalt", "grain", "ice", "law", "oil", "rails", "salt", "steel", "war"]
)
NAMES = st.sampled_from(
    ["Ana Ruiz", "Dr. Bo Li", "Jean-Marie Guéhenno", "Cy A. Noe", "Ursula von der Leyen", "John Smith, Jr."]
)
OUTLETS = st.sampled_from(["The Diplomat", "War on the Rocks", "CNN.com", "38 North", "Foreign Affairs"])
TOPICS = st.lists(
    st.sampled_from(["Indo-Pacific Security", "Technology & National Security", "Water"]),
    min_size=2,
    max_size=3,
    unique=True,
)
DAYS = st.dates(date(1600, 1, 1), date(2900, 12, 31))
LAYOUTS = st.builds(
    Layout,
    bullets=st.sampled_from(Bullets),
    bullet=st.sampled_from("•-*"),
    blank_lines=st.booleans(),
    indent=st.integers(0, 9),
    label_on_one_line=st.booleans(),
    deck_below_byline=st.booleans(),
    heading=st.sampled_from([None, "More from The Institute", "Related Commentary"]),
    foot=st.sampled_from([None, "View All Reports View All Articles & Multimedia"]),
)


def phrase(at_least: int, at_most: int) -> st.SearchStrategy[str]:
    """Draw some words with a capital first, as a headline in sentence case has it."""
    words = st.lists(WORDS, min_size=at_least, max_size=at_most)
    return words.map(lambda some: " ".join(some).capitalize())


SENTENCES = phrase(40, 60).map(lambda words: f"{words} – “so it’s <said>” & done.")
TEASERS = st.one_of(SENTENCES, phrase(8, 20).map("{}.".format), phrase(10, 30).map(lambda words: f"{words}…"))
AUTHORS = st.lists(NAMES, min_size=1, max_size=4, unique=True).map(
    lambda names: tuple(Author(name=name) for name in names)
)


@st.composite
def pages(draw: st.DrawFn) -> ArticleDraft:
    """Draw the article of a page, with any of its parts missing that may."""
    fields: dict[str, Any] = {"title": draw(phrase(1, 12)), "published_at": draw(DAYS)}
    if draw(st.booleans()):
        fields["authors"] = draw(AUTHORS)
    paragraphs = draw(st.lists(SENTENCES, max_size=3))
    if paragraphs:
        fields["content_html"] = "\n".join(
            f"<p>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>"
            for text in paragraphs
        )
        if draw(st.booleans()):
            fields["subtitle"] = draw(phrase(2, 6))
    if draw(st.booleans()):
        kind = draw(st.sampled_from([Kind.COMMENTARY, Kind.PODCAST, Kind.VIDEO, Kind.REPORT, Kind.TESTIMONY]))
        fields |= {"is_excerpt": True, "kind": kind, "outlet": Outlet(name=draw(OUTLETS))}
    return ArticleDraft(origin=Origin.PAGE, **fields)


@st.composite
def listings(draw: st.DrawFn) -> list[ArticleDraft]:
    """Draw the items of one listing: all show the same fields, as those of one page do."""
    shown = {name: draw(st.booleans()) for name in ("kind", "topics", "day", "outlet", "teaser")}
    # On a page without a pointer, a bullet that shows none of these belongs to the article's own text.
    byline = draw(st.booleans()) or not (shown["kind"] or shown["day"])
    items = []
    for _ in range(draw(st.integers(0, 5))):
        fields: dict[str, Any] = {"title": draw(phrase(1, 12))}
        fields |= {"kind": draw(st.sampled_from(Kind))} if shown["kind"] else {}
        fields |= {"topics": tuple(draw(TOPICS))} if shown["topics"] else {}
        fields |= {"published_at": draw(DAYS)} if shown["day"] else {}
        fields |= {"outlet": Outlet(name=draw(OUTLETS))} if shown["day"] and shown["outlet"] else {}
        fields |= {"summary": draw(TEASERS)} if shown["teaser"] else {}
        fields |= {"authors": draw(AUTHORS)} if byline else {}
        items.append(ArticleDraft(origin=Origin.LISTING, **fields))
    return items


def drafts_of(reading: Reading) -> list[ArticleDraft]:
    return [found.draft for found in reading.found]


@settings(max_examples=300, deadline=None)
@given(page=pages(), items=listings(), layout=LAYOUTS)
def test_a_page_reads_the_same_in_every_layout(
    page: ArticleDraft, items: list[ArticleDraft], layout: Layout
) -> None:
    reading = read_page(write_page([page, *items], layout).encode())
    assert drafts_of(reading) == [page, *items]
    assert [draft.model_fields_set for draft in drafts_of(reading)] == [
        draft.model_fields_set for draft in [page, *items]
    ]
    assert reading.omitted == ()


_PIECES = """
January 23, 2019
May 1, 2020
Commentary
Podcast
The Hill
Rails and Roads
What rails decide
By Ana Ruiz
By Bo Li & Cy Noe
By Land, Not by Sea
By
Read the full article in Lawfare.
Read Li's response.
Read more
Watch
Defense
Water / Defense
Commentary | x
A teaser of eight words or even some more.
A teaser that was cut o...
More from The Institute
View All Reports
…
•
A rather long paragraph, which goes on until it is longer than any deck that one is likely to meet.
"""
PIECES = st.sampled_from(_PIECES.strip().split("\n"))
SOUP = st.lists(
    st.tuples(st.sampled_from(["", "• ", "  - ", "    * ", "  ", "\n"]), PIECES), max_size=25
).map(lambda lines: "\n".join(before + text for before, text in lines))
HEADED_SOUP = SOUP.map(lambda soup: f"January 23, 2019\nThe Title\n{soup}")


@settings(max_examples=400, deadline=None)
@given(document=st.one_of(HEADED_SOUP, SOUP, st.text()).map(str.encode) | st.binary())
def test_no_document_crashes_the_reader(document: bytes) -> None:
    with suppress(UnreadableDocument):
        reading = read_page(document)
        lines = [found.line for found in reading.found]
        assert lines == sorted(lines)
        assert reading.found[0].draft.origin is Origin.PAGE


HEAD = "January 23, 2019\n\nTitle\n\nBy A B\n\nA paragraph.\n\n"
POINTER = "Read the full article in Lawfare.\n\n"
REQUEST_LIMIT = 2 * 1024 * 1024
HOSTILE = {
    "bullets": "•\n",
    "bullets on one line": "* ",
    "blank lines": "\n",
    "one word": "a",
    "one line": "a b ",
    "names": "By A B, and C D & ",
    "brackets": "(",
    "dots": ". ",
    "bullets and bars": "• a | b",
    "dates": "• January 1, 2020 \n",
    "labels": "• Commentary / Water\n",
    "topics": "• Air / Water\n",
    "items": "• Podcast\n• The Hill\n• May 1, 2020\nTitle\nTeaser...\nBy C D\n",
    "texts": "• a\n",
    "sentences": "• A sentence of eight words or more, which this one is.\n",
    "asides": "Read her response.\n",
    "pointers": "Read the full article in ",
    "pointer lines": "Read the full article in X.\n",
    "headings": "More from us\n",
    "feet": "View All\n",
    "tabs": "\t",
    "spaces": "\u00a0",
    "stray bytes": "\udc92",
}


@pytest.mark.parametrize("head", [HEAD, HEAD + POINTER], ids=["article", "listing"])
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_of_the_largest_size_is_read_at_once(unit: str, head: str) -> None:
    """Each takes less than a second; what grows with the square of the size would take minutes."""
    encoded = unit.encode("utf-8", "surrogateescape")
    count = (REQUEST_LIMIT - len(head)) // len(encoded)
    if unit.strip() and unit.endswith("\n"):
        count = min(count, MAX_LINES // unit.count("\n") - 10)  # more would be refused before they are read
    document = head.encode() + encoded * count
    before = time.process_time()
    read_page(document)
    assert time.process_time() - before < 4
