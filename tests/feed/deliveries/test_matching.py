"""Which endpoints an event goes to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.deliveries.endpoint import Endpoint, EndpointFilter, EndpointStatus
from services.feed.deliveries.matching import Matching
from shared.article import Article, Author, Outlet
from shared.events import ArticleEvent, EventType
from tests.builders import an_article, an_event
from tests.feed.deliveries.delivery_builders import an_endpoint


def wants(wanted: EndpointFilter, article: Article) -> bool:
    endpoint = an_endpoint(filter=wanted)
    return endpoints_for(an_event(article=article), [endpoint]) == [endpoint]


def endpoints_for(event: ArticleEvent, endpoints: list[Endpoint]) -> list[Endpoint]:
    return Matching(endpoints, ()).find(event)[0]


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


NAMES = st.lists(st.sampled_from(("Energy", "Trade", "Asia")), max_size=2).map(tuple)
FILTERS = st.builds(
    EndpointFilter,
    kinds=st.lists(st.sampled_from(("commentary", "podcast")), max_size=1).map(tuple),
    topics=NAMES,
    authors=NAMES,
    outlets=NAMES,
    languages=st.lists(st.sampled_from(("en", "de")), max_size=1).map(tuple),
)


@given(filters=st.lists(FILTERS, max_size=8), topics=NAMES, author=st.sampled_from(("Energy", "Dr. Asia")))
def test_among_many_each_gets_what_it_would_get_alone(
    filters: list[EndpointFilter], topics: tuple[str, ...], author: str
) -> None:
    article = an_article(topics=topics, authors=(Author(name=author),), outlet=Outlet(name="Trade"))
    endpoints = [an_endpoint(id=f"ep_{n:016}", filter=one) for n, one in enumerate(filters)]

    found = endpoints_for(an_event(article=article), endpoints)

    assert found == [endpoint for endpoint in endpoints if wants(endpoint.filter, article)]
