"""An article becomes an entry that no format can stumble over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.entry import Category, Entry, entry_of
from services.feed.feeds.excerpt import excerpt_of
from shared.article import Enclosure, Outlet
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER


def entry(**fields: Any) -> Entry:
    return entry_of(an_article(**fields), NOON, NOON, PUBLISHER)


def test_an_article_without_a_url_leads_to_our_own_page() -> None:
    assert entry(url=None, id="a-1").link == "https://news.example/articles/a-1"
    assert entry(url=None, id="a-1").uri == "tag:newswire,2026:a-1"


def test_an_article_without_a_date_counts_from_when_it_was_first_seen() -> None:
    assert entry(published_at=None).published == NOON


def test_both_clocks_are_in_utc_and_whole_seconds() -> None:
    changed = datetime.fromisoformat("2026-03-02T14:00:00.250+01:00")
    made = entry_of(an_article(published_at=changed), NOON, changed, PUBLISHER)
    assert made.published == made.updated == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert made.updated.utcoffset() == timedelta(0)


def test_the_summary_falls_back_to_the_deck_then_to_the_text_then_to_the_title() -> None:
    assert entry(summary="S", subtitle="D").summary == "S"
    assert entry(summary=None, subtitle="D").summary == "D"
    assert entry(summary=None).summary == "The road opened late this year."
    assert entry(summary=None, content_html=None).summary == "Ice roads and the price of bread"


def test_without_a_text_the_body_is_the_summary_as_a_paragraph() -> None:
    assert entry(content_html=None, summary="a < b").html == "<p>a &lt; b</p>"


def test_an_excerpt_leads_to_the_whole() -> None:
    html = entry(is_excerpt=True, outlet=Outlet(name="T & Co")).html
    link = '<a href="https://thinktank.example/commentary/ice-roads">Read the full article at T &amp; Co</a>'
    assert html.endswith(f"<p>{link}</p>")


def test_an_excerpt_without_an_address_of_its_own_still_names_the_outlet() -> None:
    html = entry(is_excerpt=True, url=None, outlet=Outlet(name="T", url="https://t.example")).html
    assert html.endswith('<p>Read the full article at <a href="https://t.example">T</a></p>')


def test_an_outlet_without_a_url_is_a_category_of_its_own_scheme() -> None:
    with_url = entry(outlet=Outlet(name="T", url="https://t.example"))
    assert Category("T", "tag:newswire,2026:outlet") in entry(outlet=Outlet(name="T")).categories
    assert "T" not in {category.term for category in with_url.categories}


def test_what_xml_cannot_hold_is_replaced() -> None:
    made = entry(title="a\x00b\ufffe", authors=({"name": "\x08"},), topics=("\x1f",))
    assert (made.title, made.authors[0].name, made.categories[0].term) == (
        "a\ufffdb\ufffd",
        "\ufffd",
        "\ufffd",
    )


@given(st.text(), st.sampled_from(["<p>{}</p>", "{}", "<ul><li>{}</ul>", "<p>{}", "&{};"]))
def test_an_excerpt_is_short_and_plain(text: str, form: str) -> None:
    assert len(excerpt_of(form.format(text))) <= 300


def test_an_excerpt_ends_at_a_word() -> None:
    found = excerpt_of("<p>" + "word " * 100 + "</p>")
    assert found.endswith("word…")
    assert len(found) <= 300


def test_paragraphs_do_not_run_together_and_marks_inside_words_do_not_part_them() -> None:
    assert excerpt_of("<p>One.</p><p>T<b>w</b>o &amp; three.</p>") == "One. Two & three."


def test_corrections_stand_at_the_end_with_the_day_of_the_publishers_zone() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    article = an_article(is_excerpt=True, corrections=({"at": late, "note": "Yukon & not <there>."},))
    berlin = replace(PUBLISHER, zone=ZoneInfo("Europe/Berlin"))
    paragraph = "<p>Correction, {} March 2026: Yukon &amp; not &lt;there&gt;.</p>"
    assert entry_of(article, NOON, NOON, PUBLISHER).html.endswith("</a></p>" + paragraph.format(2))
    assert entry_of(article, NOON, NOON, berlin).html.endswith("</a></p>" + paragraph.format(3))


def test_the_one_enclosure_of_an_episode_is_its_sound() -> None:
    notes = Enclosure(url="https://t.example/n.pdf", type="application/pdf", length=1)
    sound = Enclosure(url="https://t.example/e.mp3", type="audio/mpeg", length=2)
    assert entry(kind="podcast", enclosures=(notes, sound)).enclosure == sound
    assert entry(kind="report", enclosures=(notes, sound)).enclosure == notes
    assert entry(kind="podcast", enclosures=(notes,)).enclosure == notes
    assert entry().enclosure is None
