"""Which articles an operator's feed holds, and what a changed definition makes of a stored article."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.feed.feeds.applying import FeedOperation, KnownArticle, decide, judge_anew, operations
from services.feed.feeds.own_feed import OwnFeed, title_in
from services.feed.feeds.presentation import shortened
from services.feed.feeds.selection import Selection
from shared.events import EventType
from shared.timestamps import epoch_ms
from tests.builders import NOON, an_article, an_event
from tests.feed.feeds.own_feed_builders import an_own_feed, own_feeds

DIGEST, SECRET = Selection("custom/digest"), Selection("private/secret")


def holds(wanted: dict[str, Any], **article: Any) -> bool:
    return bool(own_feeds(an_own_feed(filter=wanted)).holding(an_article(**article)))


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"kinds": ["report", "commentary"]},
        {"topics": ["Food security"]},
        {"topics": ["food-security"]},
        {"topics": ["law", "ENERGY"]},
        {"authors": ["Ana Ruiz"]},
        {"authors": ["Dr. Ana Ruiz"]},
        {"authors": ["ana-ruiz"]},
        {"outlets": ["the-harbour-post"]},
        {"languages": ["EN"]},
        {"languages": ["*"]},
        {"kinds": ["commentary"], "topics": ["Energy"], "authors": ["Ana Ruiz"], "languages": ["en-GB"]},
    ],
)
def test_an_article_that_has_one_of_each_list_is_held(wanted: dict[str, Any]) -> None:
    assert holds(wanted, outlet={"name": "The Harbour Post"}, language="en-GB")


@pytest.mark.parametrize(
    "wanted",
    [
        {"kinds": ["report"]},
        {"topics": ["food"]},
        {"authors": ["Ana"]},
        {"outlets": ["Harbour"]},
        {"languages": ["de", "e"]},
        {"kinds": ["commentary"], "topics": ["Law"]},
    ],
)
def test_an_article_that_lacks_one_of_the_lists_is_not(wanted: dict[str, Any]) -> None:
    assert not holds(wanted, outlet={"name": "The Harbour Post"})


def test_an_article_without_outlet_or_author_is_in_no_feed_that_asks_for_one() -> None:
    assert not holds({"outlets": ["The Harbour Post"]}, authors=())
    assert not holds({"authors": ["Ana Ruiz"]}, authors=())


@pytest.mark.parametrize("name", ["", "Digest", "a--b", "-a", "a.b", "a/b", "ä", "a" * 65, "a\n"])
def test_a_name_that_could_not_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        an_own_feed(name)


def test_a_private_feed_has_another_selection_than_a_public_one_of_the_same_name() -> None:
    stored = an_own_feed("x", private=True).model_dump_json().encode()
    assert title_in(Selection("private/x"), stored) == "X"
    assert title_in(Selection("custom/x"), stored) is None
    assert OwnFeed.model_validate_json(stored).selection == "private/x"


def known(*feeds: OwnFeed, version: int = 1, **event: Any) -> KnownArticle:
    return decide(an_event(**event), None, own_feeds(*feeds, version=version))


def in_feed(article: KnownArticle, selection: Selection = DIGEST) -> FeedOperation | None:
    return operations(article).get(selection)


def test_an_event_is_decided_by_the_definitions_of_its_time() -> None:
    article = known(an_own_feed(), an_own_feed("secret", private=True))
    assert article.held_by() >= {DIGEST, SECRET}
    assert DIGEST not in article.feeds()
    assert not known(an_own_feed(filter={"kinds": ["report"]})).own_feeds


def test_a_withdrawn_article_leaves_the_operators_feeds_too() -> None:
    before = known(an_own_feed())
    gone = decide(an_event(version=2, type=EventType.WITHDRAWN), before, own_feeds(an_own_feed()))
    operation = in_feed(gone)
    assert operation is not None
    assert operation.score is None


def test_a_consumer_that_does_not_know_a_feed_takes_its_article_out_until_it_is_judged_anew() -> None:
    before = known(an_own_feed(), version=5)
    unaware = decide(an_event(version=2), before, own_feeds(version=4))
    judged = judge_anew(unaware, own_feeds(an_own_feed(), version=5))
    first, out, back = in_feed(before), in_feed(unaware), in_feed(judged)
    assert first is not None
    assert out is not None
    assert back is not None
    assert (out.score, back.score) == (None, epoch_ms(NOON))
    assert first.version < out.version < back.version


def test_of_two_verdicts_on_the_same_version_the_newer_definition_counts() -> None:
    wide, narrow = an_own_feed(), an_own_feed(filter={"kinds": ["report"]})
    before = known(wide)
    after = judge_anew(before, own_feeds(narrow, version=2))
    first, second = in_feed(before), in_feed(after)
    assert first is not None
    assert second is not None
    assert (first.score, second.score) == (epoch_ms(NOON), None)
    assert second.version > first.version
    assert operations(after)[Selection("all")] == operations(before)[Selection("all")]


def test_the_same_verdict_leaves_an_article_as_it_was() -> None:
    before = known(an_own_feed())
    assert judge_anew(before, own_feeds(an_own_feed(), version=2)) is before


def test_a_removed_feed_is_forgotten() -> None:
    after = judge_anew(known(an_own_feed()), own_feeds(version=2))
    assert after.own_feeds == ()
    assert in_feed(after) is None
    assert after.judged_by == 2


def test_coming_in_counts_from_when_the_article_last_changed() -> None:
    article = known(timestamp=NOON + timedelta(hours=1))
    operation = in_feed(judge_anew(article, own_feeds(an_own_feed())))
    assert operation is not None
    assert operation.touched_at == epoch_ms(NOON + timedelta(hours=1))


def test_a_shortened_article_keeps_a_beginning_and_loses_its_text() -> None:
    short = shortened(an_article(summary=None, content_html="<p>The road opened late.</p>"))
    assert (short.summary, short.content_html, short.is_excerpt) == ("The road opened late.", None, True)
