"""RSS, Atom and JSON Feed say the same of an article, and readers read back what was said."""

import json
from calendar import timegm
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree

from services.feed.feeds import atom, jsonfeed, rss
from services.feed.feeds.channel import Channel, Form, channel_of
from services.feed.feeds.document import document_of, write_entry
from services.feed.feeds.entry import Entry, entry_of
from services.feed.feeds.selection import ALL
from shared.article import Article
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER, articles

GOLDEN = Path(__file__).parent / "golden"
XML_FORMS = (Form.RSS, Form.ATOM)
WRITERS: dict[Form, Any] = {Form.RSS: rss, Form.ATOM: atom, Form.JSON: jsonfeed}


def a_channel(form: Form) -> Channel:
    return channel_of(PUBLISHER, ALL, form, title="All articles", updated=NOON)


def a_document(form: Form, *entries: Entry) -> bytes:
    return document_of(form, a_channel(form), [write_entry(form, entry) for entry in entries]).body


def an_entry(article: Article) -> Entry:
    return entry_of(article, NOON, NOON, PUBLISHER)


RICH = an_article(
    title="Ice & roads < bread",
    url=None,
    authors=({"name": "Dr. Ana Ruiz", "url": "https://thinktank.example/ruiz"}, {"name": "李明"}),
    subtitle="A deck",
    content_html="<p>Text with ]]&gt; and <em>marks</em>.</p>",
    outlet={"name": "The Ledger", "url": "https://ledger.example/"},
    is_excerpt=True,
    topics=("Energy", "Food & security"),
    image={"url": "https://thinktank.example/i.jpg", "alt": "A road", "credit": "A. Ruiz"},
    enclosures=(
        {"url": "https://thinktank.example/a.mp3", "type": "audio/mpeg", "length": 1234},
        {"url": "https://thinktank.example/a.ogg", "type": "audio/ogg", "length": 999},
    ),
    rights={"license": "https://creativecommons.org/licenses/by/4.0/", "notice": "© 2026 Ana Ruiz"},
    corrections=({"at": NOON, "note": "The road is in Yukon & not <elsewhere>."},),
)
PLAIN = an_article(
    id="plain-1",
    authors=(),
    published_at=None,
    summary=None,
    content_html=None,
    topics=(),
    outlet={"name": "Radio East"},
    kind="podcast",
    image={"url": "https://radio.example/cover.png"},
    enclosures=(
        {"url": "https://radio.example/notes.pdf", "type": "application/pdf", "length": 5},
        {"url": "https://radio.example/e.mp3", "type": "audio/mpeg", "length": 1234},
    ),
)


@pytest.mark.parametrize("form", Form)
def test_a_small_feed_looks_exactly_so(form: Form) -> None:
    assert a_document(form, an_entry(RICH), an_entry(PLAIN)) == (GOLDEN / f"small.{form.value}").read_bytes()


@pytest.mark.parametrize("form", XML_FORMS)
@given(article=articles)
@settings(max_examples=40)
def test_joined_entries_are_byte_for_byte_what_feedgen_writes_at_once(form: Form, article: Article) -> None:
    writer = WRITERS[form]
    generator = writer.generator_of(a_channel(form))
    for one in (article, RICH):
        writer.add(generator, an_entry(one))
    at_once = generator.rss_str() if form is Form.RSS else generator.atom_str()
    assert a_document(form, an_entry(article), an_entry(RICH)) == at_once


@pytest.mark.parametrize("form", XML_FORMS)
@given(article=articles)
@settings(max_examples=60)
def test_any_article_gives_well_formed_xml_that_says_what_the_entry_says(
    form: Form, article: Article
) -> None:
    entry = an_entry(article)
    root = etree.fromstring(a_document(form, entry))
    prefix = "" if form is Form.RSS else "{http://www.w3.org/2005/Atom}"
    (element,) = root.iter(f"{prefix}item" if form is Form.RSS else f"{prefix}entry")
    body = "{http://purl.org/rss/1.0/modules/content/}encoded" if form is Form.RSS else f"{prefix}content"
    identity = "guid" if form is Form.RSS else f"{prefix}id"
    assert element.findtext(f"{prefix}title") == entry.title
    assert element.findtext(body) == entry.html
    assert element.findtext(identity) == entry.uri


@given(article=articles)
@settings(max_examples=60)
def test_any_article_gives_a_valid_json_item(article: Article) -> None:
    entry = an_entry(article)
    (item,) = json.loads(a_document(Form.JSON, entry))["items"]
    assert (item["id"], item["url"], item["title"]) == (entry.uri, entry.link, entry.title)
    assert item["content_html"] == entry.html
    assert item["date_published"] == entry.published.isoformat().replace("+00:00", "Z")
    assert item["date_modified"] == entry.updated.isoformat().replace("+00:00", "Z")
    assert [author["name"] for author in item.get("authors", [])] == [author.name for author in entry.authors]
    assert item["tags"] == [category.term for category in entry.categories]
    assert item["summary"] == entry.summary
    assert len(item.get("attachments", [])) == len(entry.enclosures)


# feedparser 6 reads no JSON Feed; what that says is held against the entry above.
@pytest.mark.parametrize("form", XML_FORMS)
@pytest.mark.parametrize("article", [RICH, PLAIN, an_article()], ids=["rich", "plain", "ordinary"])
def test_feedparser_reads_back_what_was_said(form: Form, article: Article) -> None:
    entry = an_entry(article)
    parsed = feedparser.parse(a_document(form, entry))
    assert not parsed.bozo
    assert parsed.feed.title == "Institute for Ice & Roads"
    (found,) = parsed.entries
    assert (found.id, found.link, found.title) == (entry.uri, entry.link, unescape(entry.title))
    assert moment(found.published_parsed) == entry.published
    assert moment(found.updated_parsed) == entry.updated
    assert [author["name"] for author in found.get("authors", [])] == [a.name for a in entry.authors]
    assert [tag["term"] for tag in found.tags] == [category.term for category in entry.categories]
    assert found.content[0].value == entry.html
    assert unescape(found.summary) == entry.summary


@pytest.mark.parametrize("form", XML_FORMS)
def test_feedparser_finds_the_enclosures(form: Form) -> None:
    (found,) = feedparser.parse(a_document(form, an_entry(RICH))).entries
    assert (found.enclosures[0]["href"], found.enclosures[0]["type"]) == (
        "https://thinktank.example/a.mp3",
        "audio/mpeg",
    )


@pytest.mark.parametrize("form", XML_FORMS)
def test_an_empty_feed_is_still_a_feed(form: Form) -> None:
    parsed = feedparser.parse(a_document(form))
    assert not parsed.bozo
    assert parsed.version in {"rss20", "atom10"}
    assert parsed.entries == []


def test_an_empty_json_feed_is_still_a_feed() -> None:
    feed = json.loads(a_document(Form.JSON))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"] == []


def test_an_atom_entry_has_one_alternate_link_and_each_other_by_its_relation() -> None:
    root = etree.fromstring(a_document(Form.ATOM, an_entry(RICH)))
    links = root.findall("{*}entry/{*}link")
    assert [link.get("rel") for link in links] == [None, "via", "enclosure", "enclosure", "license"]


def test_an_rss_channel_leads_to_the_site_and_names_its_own_address() -> None:
    channel = etree.fromstring(a_document(Form.RSS)).find("channel")
    assert channel is not None
    assert channel.findtext("link") == "https://ice.example/"
    (own,) = channel.findall("{http://www.w3.org/2005/Atom}link")
    assert (own.get("href"), own.get("rel")) == ("https://news.example/feeds/all.rss", "self")
    assert channel.findtext("ttl") == "5"


def moment(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)
