"""The items that a page lists, in every layout, and what is left out of it."""

from datetime import date
from typing import Any

import pytest

from services.ingest.draft import Origin
from services.ingest.read.page import MAX_ITEMS, read_page
from services.ingest.read.reading import Reading

PAGE = """January 23, 2019

The Title

By Ana Ruiz

A first paragraph that is not short, and which ends as sentences do.

Read the full article in Lawfare.

"""


def listed(listing: str) -> list[dict[str, Any]]:
    """Return what was read of each item below an ordinary article."""
    found = read_page((PAGE + listing).encode()).found[1:]
    assert all(item.draft.origin is Origin.LISTING for item in found)
    return [item.draft.model_dump(mode="json", exclude_unset=True) for item in found]


def read(listing: str) -> Reading:
    """Return the reading of a page with this listing."""
    return read_page((PAGE + listing).encode())


def test_kind_and_topic_may_share_a_line() -> None:
    for line in ("Commentary / Defense", "Commentary | Defense", "Commentary Defense", "Commentary: Defense"):
        (item,) = listed(f"• {line}\n  • The Hill\n  • May 1, 2020\n  Rails\n")
        assert (item["kind"], item["topics"], item["outlet"]) == (
            "commentary",
            ["Defense"],
            {"name": "The Hill"},
        )


def test_topics_may_stand_instead_of_a_kind() -> None:
    (item,) = listed("• Indo-Pacific Security / Technology & National Security\n• May 1, 2020\nRails\n")
    assert item == {
        "title": "Rails",
        "published_at": "2020-05-01",
        "topics": ["Indo-Pacific Security", "Technology & National Security"],
    }


def test_a_lone_topic_is_no_outlet() -> None:
    (item,) = listed("• Transatlantic Security\n  • May 1, 2020\n  Rails\n")
    assert item["topics"] == ["Transatlantic Security"]
    assert "outlet" not in item


def test_all_fields_may_share_a_line() -> None:
    (item,) = listed("• Podcast | NPR | May 1, 2020\n  Rails\n  By Bo Li\n")
    assert (item["kind"], item["outlet"], item["published_at"]) == ("podcast", {"name": "NPR"}, "2020-05-01")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("COMMENTARY", "commentary"),
        ("Podcasts", "podcast"),
        ("Report", "report"),
        ("Videos", "video"),
        ("Congressional Testimony", "testimony"),
        ("Press Release", "press"),
        ("Press Note", "press"),
        ("In the News", "article"),
        ("Transcript", "article"),
        ("Case Study", "report"),
        ("Letters", "commentary"),
    ],
)
def test_kinds_are_known_by_their_usual_names(line: str, kind: str) -> None:
    (item,) = listed(f"• {line}\n• May 1, 2020\nRails\n")
    assert item["kind"] == kind


def test_headings_and_the_foot_are_no_items() -> None:
    items = listed(
        "Related Commentary\n\n• Rails and Roads\n\n  By Bo Li\n\n"
        "More from The Institute\n\n• Roads Alone\n\n  Read more\n\n  By Cy Noe\n\n"
        "View All Reports View All Articles & Multimedia\n\nSubscribe\n\n• Contact\n"
    )
    assert [item["title"] for item in items] == ["Rails and Roads", "Roads Alone"]


def test_headings_in_other_words_and_notes_between_items_are_no_items() -> None:
    reading = read(
        "From the archive\n\n• Rails\n\n  By Bo Li\n\nOn other subjects\n\n• Roads\n\n  By Cy Noe\n\n"
        "Sign up for our letters\n"
    )
    assert [found.draft.title for found in reading.found] == ["The Title", "Rails", "Roads"]
    assert "archive" not in (reading.found[0].draft.content_html or "")


def test_another_listing_below_the_foot_of_the_first_is_read() -> None:
    items = listed("• Rails\n  By Bo Li\nView All Reports\n• Privacy\n• Podcast\n  • May 1, 2020\n  Roads\n")
    assert [item["title"] for item in items] == ["Rails", "Roads"]


@pytest.mark.parametrize("bullet", ["o", "+", "■", "\uf0a7"])
def test_nested_bullets_may_be_those_of_a_word_processor(bullet: str) -> None:
    (item,) = listed(f"• Commentary\n{bullet} The Hill\n{bullet}\tMay 1, 2020\nRails\nBy Bo Li\n")
    assert (item["outlet"], item["published_at"], item["title"]) == (
        {"name": "The Hill"},
        "2020-05-01",
        "Rails",
    )


@pytest.mark.parametrize("vague", ["May 2014", "Spring 2014", "5/6/2014", "2 days ago", "May 1–2, 2014"])  # noqa: RUF001 - the dash is meant
def test_a_date_without_its_day_is_neither_date_nor_outlet(vague: str) -> None:
    (item,) = listed(f"• Commentary\n• Politico\n• {vague}\nRails\nBy Bo Li\n")
    assert item == {
        "title": "Rails",
        "kind": "commentary",
        "outlet": {"name": "Politico"},
        "authors": [{"name": "Bo Li"}],
    }


@pytest.mark.parametrize("headline", ["September 11, 2001", "Commentary", "Related Party Transactions"])
def test_below_the_date_the_headline_may_look_like_anything(headline: str) -> None:
    for outlet in ("", "  • Lawfare\n"):
        (item,) = listed(f"• Reports\n{outlet}  • May 1, 2020\n  {headline}\n\n  By Bo Li\n")
        assert (item["title"], item["published_at"]) == (headline, "2020-05-01")


@pytest.mark.parametrize(
    "headline", ["Why Rails Should Be Laid More Often...", "Whatever Rails " * 16 + "Do"]
)
def test_a_long_or_cut_off_headline_stands_above_a_teaser(headline: str) -> None:
    (item,) = listed(f"• Reports\n  • May 1, 2020\n  {headline}\n\n  A teaser alone that is cut o...\n")
    assert (item["title"], item["summary"]) == (headline, "A teaser alone that is cut o…")


def test_drawn_lines_between_items_are_none_of_theirs() -> None:
    items = listed("* * *\n• Video\n  • May 1, 2020\n  Rails\n___\n• Reports\n  • May 2, 2020\n  Roads\n⸻\n")
    assert [(item["title"], item.get("summary")) for item in items] == [("Rails", None), ("Roads", None)]


@pytest.mark.parametrize("mark", ["...", "....", "…", " ...", "[...]", " […]"])
def test_a_cut_off_teaser_keeps_its_mark(mark: str) -> None:
    (item,) = listed(f"• Rails\n\n  Whoever moves shells needs rails, in particul{mark}\n\n  By Bo Li\n")
    assert item["summary"] == "Whoever moves shells needs rails, in particul…"


def test_an_outlet_is_not_taken_from_a_teaser_that_was_cut_off() -> None:
    (item,) = listed(
        "• Podcast\n  • May 1, 2020\n  Rails\n\n  Listen to the full conversation from Hopki...\n"
    )
    assert "outlet" not in item
    assert item["summary"] == "Listen to the full conversation from Hopki…"


def test_an_item_without_a_date_names_its_outlet_above_the_title() -> None:
    (item,) = listed("• Commentary\n  • Iron Review\n  What rails decide\n  By Bo Li\n")
    assert (item["outlet"], item["title"]) == ({"name": "Iron Review"}, "What rails decide")


def test_a_headline_may_begin_like_a_byline() -> None:
    items = listed(
        "• Commentary\n• May 1, 2020\nBy Land, Not by Sea\nBy Bo Li\n\n• By Rail Alone\n\n  By Cy Noe\n"
    )
    assert [(item["title"], item["authors"][0]["name"]) for item in items] == [
        ("By Land, Not by Sea", "Bo Li"),
        ("By Rail Alone", "Cy Noe"),
    ]


def test_an_item_without_a_headline_is_left_out_and_reported() -> None:
    reading = read(
        "• Commentary\n  • May 1, 2020\n\n  A teaser alone that is cut o...\n\n  By Bo Li\n\n"
        "• The sentence of an item whose title is gone, and which nobody cut.\n\n  By Cy Noe\n\n"
        "• Podcast\n  • May 2, 2020\n\n• Roads\n\n  By Di Oz\n"
    )
    assert [found.draft.title for found in reading.found] == ["The Title", "Roads"]
    assert [(omission.line, omission.reason) for omission in reading.omitted] == [
        (11, "the headline of a listed item is missing: only a teaser stands there"),
        (18, "the headline of a listed item is missing: only a teaser stands there"),
        (22, "the headline of a listed item is missing: neither headline nor teaser stands there"),
    ]


def test_what_trails_after_the_last_teaser_is_not_part_of_it() -> None:
    (item,) = listed("• Rails\n\n  A teaser of eight words or a few more.\n\nFollow us\n\n© The Institute\n")
    assert item["summary"] == "A teaser of eight words or a few more."


def test_a_listing_without_bullets_is_read_under_its_heading() -> None:
    items = listed(
        "More from The Institute\n\nCommentary\nThe Hill\nMay 1, 2020\nRails\nA teaser...\nBy Bo Li\n"
        "Podcast\nMay 2, 2020\nRoads\nBy Cy Noe\n"
    )
    assert [(item["title"], item["kind"]) for item in items] == [
        ("Rails", "commentary"),
        ("Roads", "podcast"),
    ]


def test_a_page_without_a_pointer_may_have_a_listing() -> None:
    page = (
        "May 1, 2020\n\nTitle\n\nBy A B\n\n- Do this.\n- Do that.\n\n• Rails\n\n  A teaser.\n\n  By Bo Li\n"
    )
    for shown in (page, page.replace("A teaser.\n\n  By Bo Li", "A teaser of eight words or a few more.")):
        article, item = (found.draft for found in read_page(shown.encode()).found)
        assert article.content_html == "<ul><li>Do this.</li><li>Do that.</li></ul>"
        assert item.title == "Rails"


def test_lines_say_where_each_item_begins() -> None:
    reading = read("• Commentary\n  • May 1, 2020\n  Rails\n\n• Podcast\n  Roads\n")
    assert [found.line for found in reading.found] == [1, 11, 15]
    assert reading.found[1].draft.published_at == date(2020, 5, 1)


def test_a_page_lists_no_more_than_a_batch_may_hold() -> None:
    reading = read("• Rails\n  By Bo Li\n" * (MAX_ITEMS + 5))
    assert len(reading.found) == 1 + MAX_ITEMS
    assert [omission.line for omission in reading.omitted] == [11 + 2 * MAX_ITEMS]
