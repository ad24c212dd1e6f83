"""What makes two statements be about one article."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import web_address
from services.ingest.draft import ArticleDraft
from services.ingest.identity import Facts, candidate, day_of, identity_of, in_utc, normalise_title

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


def facts(day: str | None = None, *authors: str, outlet: str | None = None) -> Facts:
    return Facts(day, frozenset(authors), outlet)


@pytest.mark.parametrize(
    "other",
    [
        "What “North Korea” wants \u2013 from the next summit",
        "WHAT 'NORTH KOREA' WANTS-FROM THE NEXT SUMMIT",
        "What\u00a0«North Korea» wants\u2009—\u2009from the  next summit…",
        "What \u201eNorth Ko\u00adrea\u201c wants -- from the next sum\u200bmit ....",
    ],
)
def test_typography_makes_no_other_title(other: str) -> None:
    assert normalise_title(other) == normalise_title('What "North Korea" wants - from the next summit')


def test_words_and_questions_make_another_title() -> None:
    titles = ["Nukes", "Nukes?", "Nukes!", "Nuke s", "...", "?"]
    assert len({normalise_title(title) for title in titles}) == len(titles)


@given(st.text(min_size=1))
def test_normalising_a_title_twice_changes_nothing(title: str) -> None:
    once = normalise_title(title)
    assert normalise_title(once) == once


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/a/b",
        "HTTPS://NEWS.example:443/a/b/",
        "https://news.example/a/b?utm_source=x&fbclid=1#top",
        "https://news.example/a/%62",
    ],
)
def test_these_addresses_are_one_page(other: str) -> None:
    assert web_address.normalise(other) == web_address.normalise("https://news.example/a/b")


def test_these_addresses_are_other_pages() -> None:
    addresses = [
        *("https://news.example/a", "https://news.example/A", "https://news.example/a?p=1"),
        *("https://news.example/a?p=2", "https://news.example:8443/a", "https://www.news.example/a"),
    ]
    assert len({web_address.normalise(address) for address in addresses}) == len(addresses)


@given(st.text(max_size=40), st.sampled_from(["", "https://", "http://a.example/", "https://[", "//"]))
def test_no_address_breaks_the_check_and_what_passes_can_be_normalised(text: str, start: str) -> None:
    if web_address.complaint_about(start + text) is None:
        assert web_address.normalise(start + text)


@pytest.mark.parametrize(
    ("stated", "known", "found"),
    [
        (facts(MONDAY), {"a": facts()}, "a"),
        (facts(), {"a": facts(MONDAY)}, "a"),
        (facts(), {"a": facts()}, "a"),
        (facts(MONDAY), {"a": facts(TUESDAY)}, None),
        (facts(MONDAY), {"a": facts(), "b": facts(MONDAY)}, "b"),
        (facts(), {"a": facts(), "b": facts(MONDAY)}, "a"),
        (facts(), {"a": facts(TUESDAY), "b": facts(MONDAY)}, "a"),
        (facts(None, "ana"), {"a": facts(MONDAY, "ben")}, None),
        (facts(None, "ana"), {"a": facts(MONDAY, "ben", "ana")}, "a"),
        (facts(None, "ana"), {"a": facts(MONDAY)}, "a"),
        (facts(outlet="the diplomat"), {"a": facts(outlet="lawfare")}, None),
        (facts(outlet="the diplomat"), {"a": facts(MONDAY)}, "a"),
        (facts(), {}, None),
    ],
)
def test_which_article_of_a_title_is_meant(stated: Facts, known: dict[str, Facts], found: str | None) -> None:
    assert candidate(stated, known) == found


def test_titles_before_names_make_no_other_byline() -> None:
    def byline(*names: str) -> frozenset[str]:
        draft: dict[str, Any] = {"title": "x", "authors": [{"name": name} for name in names]}
        return identity_of(ArticleDraft.model_validate(draft), BERLIN).facts.authors

    assert byline("Dr. Ana Ruiz", "Gen. Ben Ode (Ret.)") == byline("ANA  RUIZ", "Ben Ode")


def test_facts_survive_being_stored() -> None:
    stored = facts(MONDAY, "ana", "ben", outlet="the diplomat")
    assert Facts.from_json(stored.to_json()) == stored


_SOME_TEXT = st.none() | st.text()


@given(_SOME_TEXT, st.frozensets(st.text()), _SOME_TEXT, _SOME_TEXT)
def test_facts_are_stored_as_json_writes_them_whatever_is_in_them(
    day: str | None, authors: frozenset[str], outlet: str | None, url: str | None
) -> None:
    """What was stored is compared with what is written now, byte by byte."""
    stored = {"day": day, "authors": sorted(authors), "outlet": outlet, "url": url}
    assert Facts(day, authors, outlet, url).to_json() == json.dumps(stored).encode()


def test_a_date_is_a_day_of_the_set_zone_and_begins_at_its_midnight() -> None:
    assert in_utc(date(2026, 3, 2), BERLIN) == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert day_of(datetime(2026, 3, 1, 23, tzinfo=UTC), BERLIN) == MONDAY
    assert day_of(date(2026, 3, 2), BERLIN) == MONDAY
    assert day_of(None, BERLIN) is None


@given(
    st.dates(date(1000, 1, 1), date(9998, 12, 31)),
    st.sampled_from(["Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "UTC"]),
)
def test_every_date_comes_back_from_utc(day: date, zone: str) -> None:
    assert day_of(in_utc(day, ZoneInfo(zone)), ZoneInfo(zone)) == day.isoformat()


def test_two_addresses_of_one_undated_title_are_two_articles() -> None:
    first, second = (
        identity_of(ArticleDraft(title="Editor's note", url=f"https://t.example/{n}"), ZoneInfo("UTC")).facts
        for n in (1, 2)
    )
    assert candidate(first, {"known": second}) is None
    assert candidate(first, {"known": Facts()}) == "known"
