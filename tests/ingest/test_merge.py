"""What an article becomes by further statements about it."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.draft import ArticleDraft, Origin, read_article
from services.ingest.merge import merge, new_article
from shared.article import Article, Author, Kind, Outlet
from tests.builders import an_article

BERLIN = ZoneInfo("Europe/Berlin")


def page(**fields: Any) -> ArticleDraft:
    return ArticleDraft(title="Ice roads and the price of bread", origin=Origin.PAGE, **fields)


def item(**fields: Any) -> ArticleDraft:
    return ArticleDraft(title="ICE ROADS AND THE PRICE OF BREAD", origin=Origin.LISTING, **fields)


def stated(**fields: Any) -> ArticleDraft:
    return read_article({"title": "Ice roads and the price of bread", **fields})


def teaser(**fields: Any) -> Article:
    empty: dict[str, Any] = {
        "url": None,
        "kind": "article",
        "authors": (),
        "content_html": None,
        "topics": (),
    }
    return an_article(**(empty | fields))


def test_a_listing_fills_what_is_missing_and_overwrites_nothing() -> None:
    shown = item(kind=Kind.PODCAST, summary="Another teaser …", authors=(Author(name="Ben Ode"),))

    filled = merge(teaser(), shown, BERLIN)
    assert (filled.kind, filled.authors) == (Kind.PODCAST, shown.authors)
    assert (filled.title, filled.summary) == (teaser().title, teaser().summary)
    assert merge(an_article(), shown, BERLIN) == an_article()


def test_a_page_completes_a_teaser_which_stays_as_its_summary() -> None:
    shown = page(content_html="<p>All.</p>", is_excerpt=True, outlet=Outlet(name="Northern Ledger"))

    completed = merge(teaser(), shown, BERLIN)
    assert (completed.content_html, completed.is_excerpt) == ("<p>All.</p>", True)
    assert completed.summary == teaser().summary
    assert completed.outlet == shown.outlet


def test_a_page_keeps_what_it_cannot_show() -> None:
    known = an_article(subtitle="A deck", rights={"notice": "Ours"}, language="de")
    shown = page(content_html="<p>Corrected.</p>")

    merged = merge(known, shown, BERLIN)
    assert merged == known.model_copy(update={"content_html": "<p>Corrected.</p>"})


def test_a_page_with_less_of_the_text_takes_none_of_it_away() -> None:
    known = an_article(subtitle=None)
    shown = page(content_html="<p>Only the beginning.</p>", is_excerpt=True, subtitle="A deck")

    assert merge(known, shown, BERLIN) == known.model_copy(update={"subtitle": "A deck"})


def test_a_page_corrects_the_day_but_keeps_a_time_of_the_same_day() -> None:
    exact = an_article(published_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    content = "<p>All.</p>"

    same_day = merge(exact, page(published_at=date(2026, 3, 2), content_html=content), BERLIN)
    assert same_day.published_at == exact.published_at
    corrected = merge(exact, page(published_at=date(2026, 3, 4), content_html=content), BERLIN)
    assert corrected.published_at == datetime(2026, 3, 3, 23, tzinfo=UTC)


def test_a_publisher_replaces_the_whole_article_except_what_was_left_out_of_its_place() -> None:
    replaced = merge(an_article(), stated(content_html="<p>New.</p>"), BERLIN)

    assert (replaced.kind, replaced.authors, replaced.topics) == (Kind.ARTICLE, (), ())
    for kept in ("id", "url", "published_at", "summary"):
        assert getattr(replaced, kept) == getattr(an_article(), kept)


def test_only_by_its_id_can_an_article_lose_its_address_its_date_or_its_text() -> None:
    nothing = {"url": None, "published_at": None, "summary": None}

    kept = merge(an_article(), stated(**nothing), BERLIN)
    assert kept == an_article()
    cleared = merge(an_article(), stated(id=an_article().id, **nothing), BERLIN)
    assert (cleared.url, cleared.published_at, cleared.summary) == (None, None, None)
    assert cleared.content_html is None


SOME_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "url": st.sampled_from([None, "https://thinktank.example/a"]),
        "subtitle": st.sampled_from([None, "A deck"]),
        "kind": st.sampled_from(list(Kind)),
        "authors": st.sampled_from([(), (Author(name="Ana Ruiz"),), (Author(name="Ben Ode"),)]),
        "published_at": st.sampled_from([None, date(2026, 3, 2), datetime(2026, 3, 2, 9, tzinfo=UTC)]),
        "summary": st.sampled_from([None, "A teaser …"]),
        "content_html": st.sampled_from([None, "<p>Some.</p>", "<p>All.</p>"]),
        "is_excerpt": st.booleans(),
        "topics": st.sampled_from([(), ("Ice",)]),
    },
)
DRAFTS = st.builds(
    lambda fields, origin, by_id: ArticleDraft(
        title="Ice roads", origin=origin, **(fields | ({"id": "one"} if by_id else {}))
    ),
    SOME_FIELDS,
    st.sampled_from(list(Origin)),
    st.booleans(),
)


@given(DRAFTS, DRAFTS)
def test_saying_the_same_again_changes_nothing(first: ArticleDraft, second: ArticleDraft) -> None:
    created = new_article("one", first, BERLIN)
    assert merge(created, first, BERLIN) == created

    merged = merge(created, second, BERLIN)
    assert merge(merged, second, BERLIN) == merged


@given(DRAFTS, DRAFTS)
def test_what_is_found_by_its_keys_never_loses_its_text(first: ArticleDraft, second: ArticleDraft) -> None:
    known = new_article("one", first, BERLIN)
    merged = merge(known, second.model_copy(update={"id": None}), BERLIN)

    assert merged.content_html or not known.content_html
    assert merged.summary or not known.summary
    assert merged.published_at or not known.published_at


@pytest.mark.parametrize("origin", list(Origin))
def test_everything_in_an_article_is_in_utc(origin: Origin) -> None:
    moment = datetime(2026, 3, 2, 12, tzinfo=BERLIN)
    draft = ArticleDraft(title="x", origin=origin, published_at=moment, updated_at=moment)

    article = new_article("one", draft, BERLIN)
    assert article.model_dump(mode="json")["published_at"] == "2026-03-02T11:00:00Z"
    assert article.model_dump(mode="json")["updated_at"] == "2026-03-02T11:00:00Z"


CORRECTED = {"at": "2026-03-03", "note": "The road is in\nYukon."}


def test_corrections_are_kept_until_a_publisher_states_the_list_anew() -> None:
    known = new_article("one", stated(content_html="<p>Some.</p>", corrections=[CORRECTED]), BERLIN)
    (correction,) = known.corrections
    assert correction.at == datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert correction.note == "The road is in Yukon."

    for later in (
        page(content_html="<p>All.</p>"),
        item(summary="A teaser …"),
        stated(content_html="<p>All.</p>"),
        stated(id="one", content_html="<p>All.</p>", corrections=None),
    ):
        assert merge(known, later, BERLIN).corrections == (correction,)
    assert merge(known, stated(content_html="<p>All.</p>", corrections=[]), BERLIN).corrections == ()


def test_corrections_stand_once_each_in_the_order_of_time_and_a_teaser_adds_its_own() -> None:
    later = {"at": "2026-03-05T08:00:00+01:00", "note": "Tonnes, not kilograms."}
    known = new_article(
        "one", stated(content_html="<p>All.</p>", corrections=[later, CORRECTED, later]), BERLIN
    )
    assert [correction.at.day for correction in known.corrections] == [2, 5]

    third = {"at": "2026-03-04", "note": "A name."}
    merged = merge(known, stated(corrections=[third, CORRECTED]), BERLIN)
    assert [correction.at.day for correction in merged.corrections] == [2, 3, 5]
    assert merge(merged, stated(corrections=[third, CORRECTED]), BERLIN) == merged
