"""What an article's page says to machines: JSON-LD (https://schema.org), OpenGraph (https://ogp.me). Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.feed.feeds.entry import Entry
from services.feed.feeds.publisher import Publisher
from shared.article import Article, Author, Correction, Enclosure, Image, Kind, Outlet, Rights

_TYPES = {
    Kind.COMMENTARY: "NewsArticle",
    Kind.REPORT: "Article",
    Kind.PODCAST: "PodcastEpisode",
    Kind.VIDEO: "Article",
    Kind.TESTIMONY: "Article",
    Kind.PRESS: "NewsArticle",
    Kind.ARTICLE: "Article",
}
_MEDIA_TYPES = {"audio": "AudioObject", "video": "VideoObject"}
_LONGEST_DESCRIPTION = 1000

# Inside a script element only the element's own end counts, and JSON can write these in another way.
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})

Tag = tuple[str, str, str]
"""An attribute of a meta element (`property` or `name`), its value, and the content."""


def structured_data(article: Article, entry: Entry, publisher: Publisher) -> str:
    """Return the article as JSON-LD that can stand in a script element as it is."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES[article.kind],
        "identifier": entry.uri,
        "url": entry.link,
        "mainEntityOfPage": entry.link,
        "name": entry.title,
        "headline": entry.title,
        "alternativeHeadline": article.subtitle,
        "description": entry.summary[:_LONGEST_DESCRIPTION],
        "inLanguage": entry.language,
        "datePublished": entry.published.astimezone(publisher.zone).isoformat(),
        "dateModified": max(entry.updated, entry.published).astimezone(publisher.zone).isoformat(),
        "author": [_named("Person", author) for author in entry.authors],
        "publisher": _stated({"@type": "Organization", "name": publisher.name, "url": publisher.home_page}),
        "sourceOrganization": _named("Organization", entry.outlet) if entry.outlet else None,
        "keywords": list(dict.fromkeys(article.topics)),
        "image": _picture(entry.image) if entry.image else None,
        "associatedMedia": [_media(enclosure, entry) for enclosure in entry.enclosures],
        "correction": [_correction(correction, publisher) for correction in entry.corrections],
        "license": license_url(entry.rights),
        "copyrightNotice": entry.rights.notice if entry.rights else None,
    }
    return json.dumps(_stated(facts), ensure_ascii=False).translate(_ESCAPES)


def license_url(rights: Rights | None) -> str | None:
    """Return the licence when it is stated as an address; others state its name alone."""
    stated = rights.license if rights else None
    return stated if stated and stated.startswith(("https://", "http://")) else None


def social_tags(article: Article, entry: Entry, publisher: Publisher) -> list[Tag]:
    """Return the meta elements by which others show a link to the article."""
    return [tag for tag in _social_tags(article, entry, publisher) if tag[2]]


def _social_tags(article: Article, entry: Entry, publisher: Publisher) -> Iterator[Tag]:
    description = entry.summary[:_LONGEST_DESCRIPTION]
    yield "name", "description", description
    yield "property", "og:type", "article"
    yield "property", "og:site_name", publisher.name
    yield "property", "og:title", entry.title
    yield "property", "og:description", description
    yield "property", "og:url", entry.link
    yield "property", "article:published_time", entry.published.astimezone(publisher.zone).isoformat()
    yield "property", "article:modified_time", entry.updated.astimezone(publisher.zone).isoformat()
    for topic in dict.fromkeys(article.topics):
        yield "property", "article:tag", topic
    if entry.image:
        yield "property", "og:image", entry.image.url
        yield "property", "og:image:alt", entry.image.alt or ""
    for enclosure in entry.enclosures:
        sort = enclosure.type.partition("/")[0].lower()
        if sort in _MEDIA_TYPES:
            yield "property", f"og:{sort}", enclosure.url
            yield "property", f"og:{sort}:type", enclosure.type
    yield "name", "twitter:card", "summary_large_image" if entry.image else "summary"


def _named(sort: str, who: Author | Outlet) -> dict[str, Any]:
    return _stated({"@type": sort, "name": who.name, "url": who.url})


def _picture(image: Image) -> dict[str, Any]:
    return _stated(
        {"@type": "ImageObject", "url": image.url, "caption": image.alt, "creditText": image.credit}
    )


def _media(enclosure: Enclosure, entry: Entry) -> dict[str, Any]:
    sort = _MEDIA_TYPES.get(enclosure.type.partition("/")[0].lower(), "MediaObject")
    return _stated(
        {
            "@type": sort,
            "name": entry.title,
            "contentUrl": enclosure.url,
            "encodingFormat": enclosure.type,
            "contentSize": f"{enclosure.length} B" if enclosure.length else None,
        }
    )


def _correction(correction: Correction, publisher: Publisher) -> dict[str, Any]:
    moment = correction.at.astimezone(publisher.zone).isoformat()
    return {"@type": "CorrectionComment", "text": correction.note, "datePublished": moment}


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known: nothing empty."""
    return {name: value for name, value in facts.items() if value not in (None, "", [])}
