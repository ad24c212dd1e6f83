"""What checks our feeds finds fault with faulty ones, and never with a feed of accepted articles."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.feed.feeds.channel import Form
from services.feed.feeds.entry import entry_of
from shared.article import Kind
from tests.builders import NOON
from tests.feed.feeds.articles import PUBLISHER
from tests.feed.feeds.awkward_feeds import accepted, awkward_entries, feed_of
from tests.feed.feeds.complaints import COMPLAINTS

SPLINTERS = (
    "]]>",
    "<![CDATA[",
    "&amp;",
    "&#0;",
    "<b>",
    "\u0000",
    "\ud83d",
    "\u2028",
    "🕊️",
    "<p",
    '"',
    "\ufffe",
    " ",
)
rough = st.lists(st.sampled_from(SPLINTERS) | st.text(max_size=5), max_size=6).map("".join)
names = rough.map(lambda text: f"N{text}")
addresses = rough.map(lambda text: f"https://t.example/{text}")
dates = st.dates(date(1000, 1, 2), date(9998, 12, 30)).map(str)
posts = st.fixed_dictionaries(
    {"title": rough.map(lambda text: f"T{text}")},
    optional={
        "id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,20}", fullmatch=True),
        "url": st.none() | addresses,
        "subtitle": rough,
        "kind": st.sampled_from(Kind),
        "authors": st.lists(st.fixed_dictionaries({"name": names, "url": st.none() | addresses}), max_size=3),
        "published_at": st.none() | dates | dates.map(lambda day: f"{day}T00:00:00.25+14:00"),
        "outlet": st.none() | st.fixed_dictionaries({"name": names, "url": st.none() | addresses}),
        "summary": rough,
        "content_html": rough | rough.map(lambda text: f"<p>{text}</p><img src='x.png' alt='{text}'>"),
        "is_excerpt": st.booleans(),
        "language": st.sampled_from(["en", "de-CH-1996", "x-private", "i-klingon"]),
        "topics": st.lists(names, max_size=3),
        "image": st.none() | st.fixed_dictionaries({"url": addresses, "alt": rough, "credit": rough}),
        "enclosures": st.lists(
            st.fixed_dictionaries(
                {"url": addresses, "type": st.just("audio/mpeg"), "length": st.integers(0)}
            ),
            max_size=3,
        ),
        "rights": st.none() | st.fixed_dictionaries({"license": rough, "notice": rough}),
        "corrections": st.lists(st.fixed_dictionaries({"at": dates, "note": names}), max_size=2),
    },
)


@given(posts)
@settings(max_examples=150, deadline=None)
def test_whatever_is_accepted_is_valid_in_every_format(posted: dict[str, Any]) -> None:
    try:
        article = accepted("posted", posted)
    except ValidationError:
        return
    entry = entry_of(article, NOON, NOON, PUBLISHER)
    assert [fault for form in Form for fault in COMPLAINTS[form](feed_of(form, entry))] == []


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    def swapped(document: bytes) -> bytes:
        assert old.encode() in document
        return document.replace(old.encode(), new.encode(), 1)

    return swapped


@pytest.mark.parametrize(
    ("form", "spoil"),
    [
        (Form.ATOM, swap("<id>", "<id>no uri")),
        (Form.ATOM, swap("T12:00:00+00:00</updated>", " 12:00</updated>")),
        (Form.ATOM, swap('rel="self"', 'rel="related"')),
        (Form.ATOM, swap("<entry ", "<item/><entry ")),
        (Form.ATOM, swap("<summary>", '<summary type="text/plain">')),
        (Form.ATOM, swap("<subtitle>", "<subtitle/><subtitle>")),
        (Form.RSS, swap('isPermaLink="false"', 'isPermaLink="true"')),
        (Form.RSS, swap("Mar 2026", "Mar 26")),
        (Form.RSS, swap("<pubDate>Mon", "<pubDate>Tue")),
        (Form.RSS, swap("<ttl>", "<refresh/><ttl>")),
        (Form.RSS, swap("<link>https:", "<link>")),
        (Form.RSS, swap('rel="self"', 'rel="next"')),
        (Form.JSON, swap("version/1.1", "version/2")),
        (Form.JSON, swap('"content_html":', '"content":')),
        (Form.JSON, swap("T12:00:00Z", " 12:00")),
        (Form.JSON, swap('"authors":[{"name":', '"author":[{"name":')),
        (Form.JSON, swap('"url":"https:', '"url":"')),
    ],
)
def test_a_fault_is_found(form: Form, spoil: Callable[[bytes], bytes]) -> None:
    document = feed_of(form, awkward_entries()["emoji"])
    assert COMPLAINTS[form](document) == []
    assert COMPLAINTS[form](spoil(document)) != []
