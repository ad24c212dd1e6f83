"""Links in feeds are ASCII, whatever the article's address looks like."""

import pytest

from services.feed.feeds.ascii_address import ascii_address
from services.feed.feeds.entry import entry_of
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/?a=1&b=[2]#c", "https://a.example/?a=1&b=[2]#c"),
        ("https://a.example", "https://a.example"),
        ("https://a.example/caf%C3%A9/при?q=ü", "https://a.example/caf%C3%A9/%D0%BF%D1%80%D0%B8?q=%C3%BC"),
        ("https://müller.example/", "https://xn--mller-kva.example/"),
        ("no address: ü", "no address: ü"),
    ],
)
def test_only_what_is_not_ascii_changes(address: str, expected: str) -> None:
    assert ascii_address(address) == expected


def test_every_address_of_an_entry_is_ascii() -> None:
    article = an_article(
        url="https://a.example/ü",
        authors=({"name": "Ü", "url": "https://a.example/ü"},),
        outlet={"name": "Ü", "url": "https://a.example/ü"},
        image={"url": "https://a.example/ü"},
        enclosures=({"url": "https://a.example/ü", "type": "audio/mpeg", "length": 1},),
    )
    entry = entry_of(article, NOON, NOON, PUBLISHER)
    parts = (*entry.authors, entry.outlet, entry.image, *entry.enclosures)
    assert {entry.link, *(part.url for part in parts if part)} == {"https://a.example/%C3%BC"}
