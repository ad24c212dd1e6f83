"""Every reader shows each article as the feed says it, field by field, but for what is known of it."""

from html import escape
from pathlib import Path

import pytest

from services.feed.feeds.ascii_address import ascii_address
from shared.identifiers import article_uri
from tests.installed import require
from tests.readers.deviations import Deviation
from tests.readers.item import differences, fields_read, moment
from tests.readers.publication import Publication
from tests.readers.roster import READERS, Reader

pytestmark = pytest.mark.xdist_group("readers")

READINGS = [
    pytest.param(reader, form, id=f"{reader.name}-{form}") for reader in READERS for form in reader.forms
]
DEVIATIONS = [
    pytest.param(deviation, id=f"{reader.name}-{'-'.join(deviation.forms)}-{deviation.field}")
    for reader in READERS
    for deviation in reader.deviations
]


@pytest.mark.parametrize(("reader", "form"), READINGS)
def test_a_reader_shows_what_the_feed_says(
    reader: Reader, form: str, published: Publication, tmp_path: Path
) -> None:
    require(reader.name, reader.missing)
    read = list(reader.read(published.urls(form), tmp_path))
    expected = [reader.shows(item, form) for item in published.said()]
    assert differences(read, expected) == []
    assert fields_read(read) == fields_read(expected)


@pytest.mark.parametrize("deviation", DEVIATIONS)
def test_a_known_deviation_is_seen_in_some_article(deviation: Deviation, published: Publication) -> None:
    """Otherwise the list would go on excusing what no reader does any more."""
    assert any(deviation.of(item) != item for item in published.said())


def test_the_feed_says_what_was_accepted(published: Publication) -> None:
    said = {item.id: item for item in published.said()}
    assert len(said) == len(published.accepted)
    for article in published.accepted:
        item = said[article_uri(article["id"])]
        page = str(published.installation.feed.base_url.join(f"/articles/{article['id']}"))
        assert item.title == article["title"]
        assert item.link == ascii_address(article["url"] or page)
        assert item.published == moment(article["published_at"] or article["first_seen_at"]).replace(
            microsecond=0
        )
        assert item.updated == moment(article["changed_at"]).replace(microsecond=0)
        assert item.authors == tuple(author["name"] for author in article["authors"])
        assert set(article["topics"]) < set(item.tags or ())
        assert item.summary == article["summary"] or not article["summary"]
        assert (article["content_html"] or escape(item.summary or "", quote=False)) in item.content
        is_episode = article["kind"] == "podcast"
        files = sorted(article["enclosures"], key=lambda file: is_episode and file["type"] != "audio/mpeg")
        assert [vars(file) for file in item.enclosures or ()] == files
