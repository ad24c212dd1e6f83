"""Which endpoints an event goes to."""

from typing import Any

import pytest

from services.feed.deliveries.endpoint import EndpointFilter, EndpointStatus
from services.feed.deliveries.matching import endpoints_for, wants
from shared.article import Author, Outlet
from shared.events import EventType
from tests.builders import an_article, an_event
from tests.feed.deliveries.delivery_builders import an_endpoint

ARTICLE = an_article(
    authors=(Author(name="Dr. Zoë Ruiz"), Author(name="B. Li")),
    outlet=Outlet(name="The Harbour Post"),
    topics=("Food security", "Energy"),
    language="en-GB",
)


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        ({}, True),
        ({"kinds": ["commentary", "report"]}, True),
        ({"kinds": ["podcast"]}, False),
        ({"topics": ["food-security"]}, True),
        ({"topics": ["FOOD SECURITY"]}, True),
        ({"topics": ["food"]}, False),
        ({"authors": ["Zoë Ruiz"]}, True),
        ({"authors": ["dr-zoe-ruiz"]}, True),
        ({"authors": ["Ruiz"]}, False),
        ({"outlets": ["the-harbour-post"]}, True),
        ({"outlets": ["Elsewhere"]}, False),
        ({"languages": ["en"]}, True),
        ({"languages": ["EN-gb"]}, True),
        ({"languages": ["en-US", "e"]}, False),
        ({"topics": ["Energy"], "kinds": ["podcast"]}, False),
    ],
)
def test_a_filter_takes_an_article_when_each_of_its_lists_does(wanted: dict[str, Any], passes: bool) -> None:
    assert wants(EndpointFilter.model_validate(wanted), ARTICLE) is passes


def test_names_without_letters_of_ours_are_told_apart() -> None:
    russian = an_article(topics=("Энергия",))
    assert wants(EndpointFilter(topics=("энергия",)), russian)
    assert not wants(EndpointFilter(topics=("Климат",)), russian)
    assert not wants(EndpointFilter(topics=("!!",)), an_article(topics=("??",)))


def test_a_name_that_is_all_honorific_is_still_a_name() -> None:
    assert wants(EndpointFilter(authors=("Sir",)), an_article(authors=(Author(name="Sir"),)))


def test_an_endpoint_gets_the_events_that_it_asked_for() -> None:
    published = an_endpoint(events=(EventType.PUBLISHED,))
    assert endpoints_for(an_event(), [published]) == [published]
    assert endpoints_for(an_event(type=EventType.WITHDRAWN), [published]) == []


def test_a_withdrawal_reaches_whoever_wants_the_article_even_when_paused() -> None:
    commentaries = an_endpoint(filter=EndpointFilter(kinds=("commentary",)), status=EndpointStatus.PAUSED)
    podcasts = an_endpoint(filter=EndpointFilter(kinds=("podcast",)))
    assert endpoints_for(an_event(type=EventType.WITHDRAWN), [commentaries, podcasts]) == [commentaries]
