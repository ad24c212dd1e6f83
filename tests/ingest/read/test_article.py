"""The article that a page is about: its heading, its paragraphs and the way to the whole of it."""

from datetime import date

import pytest

from services.ingest.draft import ArticleDraft, Origin
from services.ingest.read.page import read_page
from services.ingest.read.reading import UnreadableDocument
from shared.article import Kind

LONG = (
    "The first paragraph says a good deal more than any deck would, and it goes on for long enough to show."
)
POINTER = "Read the full article in Lawfare."


def the_article(*lines: str) -> ArticleDraft:
    """Return the draft of a page whose lines stand under a date and a title."""
    page = "\n\n".join(["January 23, 2019", "The Title", *lines])
    return read_page(page.encode()).found[0].draft


def test_every_part_is_found() -> None:
    draft = the_article("A deck", "By Dr. Ana Ruiz & Bo Li", LONG, "Rails & roads. A <b> is text.", POINTER)
    assert draft.model_dump(exclude_unset=True) == {
        "title": "The Title",
        "subtitle": "A deck",
        "kind": Kind.COMMENTARY,
        "authors": ({"name": "Dr. Ana Ruiz"}, {"name": "Bo Li"}),
        "published_at": date(2019, 1, 23),
        "outlet": {"name": "Lawfare"},
        "content_html": f"<p>{LONG}</p>\n<p>Rails &amp; roads. A &lt;b&gt; is text.</p>",
        "is_excerpt": True,
    }
    assert draft.origin is Origin.PAGE


@pytest.mark.parametrize(
    "shown",
    [
        *("February 06, 2019", "February 6, 2019", "Feb. 6, 2019", "6 February 2019", "February 6th, 2019"),
        *("Wednesday, February 6, 2019", "Wed, 6 Feb 2019", "2019-02-06", "2019/2/6", "FEBRUARY 6, 2019"),
        *("Published: February 6, 2019", "Posted on February 6, 2019", "February 6, 2019, 10:30 a.m. ET"),
    ],
)
def test_dates_are_read_in_the_ways_pages_write_them(shown: str) -> None:
    assert read_page(f"{shown}\nTitle".encode()).found[0].draft.published_at == date(2019, 2, 6)


@pytest.mark.parametrize(
    ("lines", "deck", "paragraphs"),
    [
        (["A deck that says more.", "By Ana Ruiz", LONG], "A deck that says more.", 1),
        (["By Ana Ruiz", "A deck below the byline", LONG], "A deck below the byline", 1),
        (["A deck, and no byline.", LONG], "A deck, and no byline.", 1),
        (["By Ana Ruiz", "It is over.", LONG], None, 2),
        (["By Ana Ruiz", LONG, LONG], None, 2),
        (["It was over by noon.", POINTER], None, 1),
        ([LONG, "A short last line."], None, 2),
    ],
)
def test_a_deck_is_told_from_the_first_paragraph(lines: list[str], deck: str | None, paragraphs: int) -> None:
    draft = the_article(*lines)
    assert draft.subtitle == deck
    assert (draft.content_html or "").count("<p>") == paragraphs


@pytest.mark.parametrize(
    ("shown", "day"),
    [("5/31/2014", date(2014, 5, 31)), ("31.5.2014", date(2014, 5, 31)), ("5/5/2014", date(2014, 5, 5))],
)
def test_a_date_in_numbers_counts_where_only_one_can_be_the_month(shown: str, day: date) -> None:
    assert read_page(f"{shown}\nTitle".encode()).found[0].draft.published_at == day
    with pytest.raises(UnreadableDocument, match="begins with a date"):
        read_page(b"5/6/2014\nTitle")


def test_a_byline_below_a_second_line_of_deck_is_one_all_the_same() -> None:
    draft = the_article("The first line of deck", "A second line, somewhat longer", "By Ana Ruiz", LONG)
    assert draft.subtitle == "The first line of deck"
    assert [author.name for author in draft.authors] == ["Ana Ruiz"]
    assert draft.content_html == f"<p>A second line, somewhat longer</p>\n<p>{LONG}</p>"


def test_a_line_that_ends_in_a_comma_is_no_deck() -> None:
    assert the_article("Roses are red,", "Violets are blue,", LONG).subtitle is None


@pytest.mark.parametrize("rule", ["* * *", "---", "___", "⸻", "***", "=====", "- - -"])
def test_a_drawn_line_is_no_text_and_no_bullet(rule: str) -> None:
    assert the_article(LONG, rule, LONG, rule, POINTER).content_html == f"<p>{LONG}</p>\n<p>{LONG}</p>"


def test_a_title_may_be_a_date() -> None:
    page = f"January 6, 2022\n\nJanuary 6, 2021\n\nBy Ana Ruiz\n\n{LONG}"
    assert read_page(page.encode()).found[0].draft.title == "January 6, 2021"


def test_a_page_without_a_pointer_may_be_the_whole() -> None:
    draft = the_article("By Ana Ruiz", LONG)
    assert not draft.is_excerpt
    assert draft.outlet is None
    assert draft.kind is Kind.ARTICLE


@pytest.mark.parametrize(
    ("pointer", "kind", "outlet"),
    [
        ("Listen to the full conversation from NPR.", Kind.PODCAST, "NPR"),
        ("Watch the full interview on CNBC.", Kind.VIDEO, "CNBC"),
        ("Read the full report from RAND.", Kind.REPORT, "RAND"),
        ("Read the full op-ed on CNN.com.", Kind.COMMENTARY, "CNN.com"),
        ("Read the full article.", Kind.ARTICLE, None),
        ("Download the full report.", Kind.REPORT, None),
    ],
)
def test_the_pointer_tells_kind_and_outlet_and_is_no_content(
    pointer: str, kind: Kind, outlet: str | None
) -> None:
    draft = the_article("By Ana Ruiz", LONG, pointer)
    assert draft.kind is kind
    assert (draft.outlet.name if draft.outlet else None) == outlet
    assert draft.is_excerpt
    assert draft.content_html == f"<p>{LONG}</p>"


def test_a_second_pointer_is_neither_outlet_nor_content() -> None:
    for lines in ([POINTER, "Read Li's response."], ["Read Li's response in Foreign Affairs.", POINTER]):
        draft = the_article("By Ana Ruiz", LONG, *lines)
        assert draft.outlet is not None
        assert draft.outlet.name == "Lawfare"
        assert draft.content_html == f"<p>{LONG}</p>"


def test_a_link_to_a_file_beside_the_pointer_is_no_content() -> None:
    draft = the_article("By Ana Ruiz", LONG, "Read the full testimony.", "Download PDF")
    assert (draft.kind, draft.content_html) == (Kind.TESTIMONY, f"<p>{LONG}</p>")


def test_a_paragraph_that_asks_to_watch_something_is_no_pointer() -> None:
    for paragraph in ("Watch for smoke in Bushehr.", "Watch the border instead, and on Mondays the Trains."):
        draft = the_article("By Ana Ruiz", LONG, paragraph, LONG)
        assert (draft.kind, draft.is_excerpt) == (Kind.ARTICLE, False)
        assert paragraph in (draft.content_html or "")


def test_a_pointer_at_the_end_of_the_last_paragraph_counts() -> None:
    draft = the_article("By Ana Ruiz", f"{LONG} Listen to the full conversation from NPR.")
    assert draft.kind is Kind.PODCAST
    assert draft.content_html == f"<p>{LONG}</p>"


def test_bullets_of_the_article_stay_in_the_article() -> None:
    reading = read_page(
        f"January 1, 2020\n\nTitle\n\nBy A B\n\n{LONG}\n\n- Do this.\n- Do that.\n\n{LONG}\n\n{POINTER}\n\n"
        "- Rails and Roads\n\n  By Bo Li\n".encode()
    )
    article, item = (found.draft for found in reading.found)
    assert (
        article.content_html == f"<p>{LONG}</p>\n<ul><li>Do this.</li><li>Do that.</li></ul>\n<p>{LONG}</p>"
    )
    assert item.title == "Rails and Roads"


def test_a_heading_and_bullets_in_the_article_are_no_listing() -> None:
    draft = the_article("By Ana Ruiz", LONG, "Recent moves", "- Ports were closed.", LONG, POINTER)
    assert draft.content_html == (
        f"<p>{LONG}</p>\n<p>Recent moves</p>\n<ul><li>Ports were closed.</li></ul>\n<p>{LONG}</p>"
    )


def test_a_title_may_begin_like_a_byline() -> None:
    draft = (
        read_page(f"January 1, 2020\n\nBy Design, Not by Chance\n\nBy Ana Ruiz\n\n{LONG}".encode())
        .found[0]
        .draft
    )
    assert draft.title == "By Design, Not by Chance"
    assert [author.name for author in draft.authors] == ["Ana Ruiz"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "line 1: the document is empty"),
        ("\ufeff\n \u00a0\n", "line 1: the document is empty"),
        (
            "\n\nThe Title\n\nBy A B",
            "line 3: a page begins with a date such as January 23, 2019; here stands “The Title”",
        ),
        ("February 30, 2019\n\nTitle", "line 1: a page begins with a date"),
        ("• Commentary\n• January 1, 2020\nTitle", "line 1: a page begins with a date"),
        ("January 1, 2020\n", "line 1: nothing follows the date; a page has a title there"),
        (
            f"January 1, 2020\n\nBy A B\n\n{LONG}",
            "line 3: the byline follows the date at once; the title is missing",
        ),
        (f"January 1, 2020\n\n{LONG} {LONG}", "line 3: a paragraph stands where the title belongs"),
        (
            "January 1, 2020\n\nRead the full article in Lawfare.",
            "line 3: the title is missing after the date",
        ),
        ("• January 1, 2020\nTitle\n", "line 1: a page begins with a date"),
        ("January 1, 2020\n\n• Commentary\n", "line 3: the title is missing after the date"),
    ],
)
def test_what_is_no_page_is_refused_with_line_and_reason(document: str, message: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_page(document.encode())
    assert str(refused.value).startswith(message)
