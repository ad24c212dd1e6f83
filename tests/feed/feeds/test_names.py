"""Names become addresses: the same one for every spelling, none ever empty, none that is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.selection import ALL, parse_selection, selections_of
from services.feed.feeds.slug import slug
from shared.article import Article, Author, Outlet
from shared.author_name import without_honorifics
from tests.builders import an_article
from tests.feed.feeds.articles import articles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Diplomat", "the-diplomat"),
        ("Bulletin of the Atomic Scientists", "bulletin-of-the-atomic-scientists"),
        ("  Énergie & Économie  ", "energie-economie"),
        ("Kim\u2019s Korea", "kims-korea"),
        ("Øresund", "oresund"),
        ("STRASSE straße", "strasse-strasse"),
        ("한국 정치", "한국-정치"),
        ("हिन्दी", "हिन्दी"),
        ("й", "й"),
    ],
)
def test_a_name_becomes_a_readable_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_is_never_empty_and_is_its_own_slug(text: str) -> None:
    assert slug(text)
    assert slug(slug(text)) == slug(text)
    assert len(slug(text)) <= 80


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert slug("a" * 200) != slug("a" * 201)


def test_names_without_letters_stay_apart() -> None:
    assert slug("!!!") != slug("???")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dr. Ana Ruiz", "Ana Ruiz"),
        ("Prof. Dr. Max Weber", "Max Weber"),
        ("Lt. Gen. John Doe (Ret.)", "John Doe"),
        ("Gen. Joe Li, USAF (Ret.)", "Joe Li"),
        ("Amb. Jo Kim", "Jo Kim"),
        ("The Hon. Jane Roe", "Jane Roe"),
        ("Sen. Jane Roe", "Jane Roe"),
        ("Sir Ian Low", "Ian Low"),
        ("Jane Roe, Ph.D.", "Jane Roe"),
        ("Gen Urobuchi", "Gen Urobuchi"),
        ("Major Garrett", "Major Garrett"),
        ("Sirena Cole", "Sirena Cole"),
        ("Dr.", "Dr."),
    ],
)
def test_titles_and_ranks_are_no_part_of_a_name(name: str, expected: str) -> None:
    assert without_honorifics(name) == expected


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())))
def test_a_name_never_becomes_empty(name: str) -> None:
    assert without_honorifics(name)


def test_an_article_is_in_the_feed_of_everything_its_kind_topics_authors_and_outlet() -> None:
    article = an_article(
        authors=(Author(name="Dr. Ana Ruiz"), Author(name="Ana Ruiz")), outlet=Outlet(name="The Diplomat")
    )
    assert selections_of(article) == {
        "all": "All articles",
        "kind/commentary": "Commentary",
        "topic/energy": "Energy",
        "topic/food-security": "Food security",
        "author/ana-ruiz": "Ana Ruiz",
        "outlet/the-diplomat": "The Diplomat",
    }


@given(articles)
def test_every_feed_of_an_article_can_be_asked_for(article: Article) -> None:
    for selection in selections_of(article):
        assert parse_selection(selection) == selection


@pytest.mark.parametrize(
    "path", ["", "All", "topic/", "topic", "topic/Energy", "topic/a/b", "year/2026", "topic/{x}"]
)
def test_what_is_no_selection_is_told_apart(path: str) -> None:
    assert parse_selection(path) is None


def test_a_decomposed_address_is_the_same_feed() -> None:
    assert parse_selection("author/\u1112\u1161\u11ab") == "author/한"
    assert parse_selection("all") == ALL
