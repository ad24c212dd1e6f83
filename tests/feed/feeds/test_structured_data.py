"""What an article's page tells machines."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from services.feed.feeds.entry import entry_of
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.structured_data import social_tags, structured_data
from shared.article import Article, Kind
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER, articles

OSLO = Publisher(name="Institute", public_url="https://news.example", zone=ZoneInfo("Europe/Oslo"))


def facts_of(article: Article, publisher: Publisher = OSLO) -> dict[str, Any]:
    written = structured_data(article, entry_of(article, NOON, NOON, publisher), publisher)
    facts: dict[str, Any] = json.loads(written)
    return facts


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        *((Kind.COMMENTARY, "NewsArticle"), (Kind.PRESS, "NewsArticle"), (Kind.PODCAST, "PodcastEpisode")),
        *((Kind.REPORT, "Article"), (Kind.ARTICLE, "Article")),
    ],
)
def test_the_type_follows_from_the_kind(kind: Kind, expected: str) -> None:
    assert facts_of(an_article(kind=kind))["@type"] == expected


def test_everything_that_is_known_is_told_and_nothing_that_is_not() -> None:
    article = an_article(
        subtitle="A deck",
        authors=({"name": "Ana Ruiz", "url": "https://ana.example/"}, {"name": "B"}),
        outlet={"name": "The Daily", "url": "https://daily.example/"},
        image={"url": "https://img.example/1.png", "alt": "A road", "credit": "T."},
        enclosures=({"url": "https://cdn.example/1.mp3", "type": "audio/mpeg", "length": 12},),
        corrections=({"at": NOON, "note": "Not so."},),
        rights={"license": "https://licence.example/by", "notice": "© us"},
    )
    assert facts_of(article) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "url": "https://thinktank.example/commentary/ice-roads",
        "mainEntityOfPage": "https://thinktank.example/commentary/ice-roads",
        "name": "Ice roads and the price of bread",
        "headline": "Ice roads and the price of bread",
        "alternativeHeadline": "A deck",
        "description": "Why a warm winter in the north makes bread dearer in the south.",
        "inLanguage": "en",
        "datePublished": "2026-03-02T13:00:00+01:00",
        "dateModified": "2026-03-02T13:00:00+01:00",
        "author": [
            {"@type": "Person", "name": "Ana Ruiz", "url": "https://ana.example/"},
            {"@type": "Person", "name": "B"},
        ],
        "publisher": {"@type": "Organization", "name": "Institute", "url": "https://news.example/"},
        "sourceOrganization": {
            "@type": "Organization",
            "name": "The Daily",
            "url": "https://daily.example/",
        },
        "keywords": ["Energy", "Food security"],
        "image": {
            "@type": "ImageObject",
            "url": "https://img.example/1.png",
            "caption": "A road",
            "creditText": "T.",
        },
        "associatedMedia": [
            {
                "@type": "AudioObject",
                "name": "Ice roads and the price of bread",
                "contentUrl": "https://cdn.example/1.mp3",
                "encodingFormat": "audio/mpeg",
                "contentSize": "12 B",
            }
        ],
        "correction": [
            {"@type": "CorrectionComment", "text": "Not so.", "datePublished": "2026-03-02T13:00:00+01:00"}
        ],
        "license": "https://licence.example/by",
        "copyrightNotice": "© us",
    }
    bare = facts_of(an_article(authors=(), topics=()))
    assert not {"author", "keywords", "image", "license", "correction", "sourceOrganization"} & bare.keys()


@given(articles)
@settings(max_examples=50, deadline=None)
def test_no_article_can_end_the_element_it_stands_in(article: Article) -> None:
    written = structured_data(article, entry_of(article, NOON, NOON, PUBLISHER), PUBLISHER)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written)["inLanguage"] == article.language


def test_others_can_show_a_link_to_it() -> None:
    article = an_article(
        image={"url": "https://img.example/1.png", "alt": "A road"},
        enclosures=({"url": "https://cdn.example/1.mp4", "type": "video/mp4", "length": 0},),
    )
    tags = social_tags(article, entry_of(article, NOON, NOON, OSLO), OSLO)
    assert [content for _, name, content in tags if name == "article:tag"] == ["Energy", "Food security"]
    found = {name: content for _, name, content in tags}
    assert found["og:title"] == article.title
    assert found["og:site_name"] == "Institute"
    assert found["og:image:alt"] == "A road"
    assert found["og:video"] == "https://cdn.example/1.mp4"
    assert found["twitter:card"] == "summary_large_image"
    assert {attribute for attribute, name, _ in tags if name.startswith(("og:", "article:"))} == {"property"}
