"""Articles that have broken feeds elsewhere: valid in every format, and read back as they were meant."""

import json
import os
import subprocess
import sys
from calendar import timegm
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import feedparser
import pytest
from pydantic import ValidationError

from services.feed.feeds.channel import Form
from tests.awkward import AWKWARD
from tests.feed.feeds.awkward_feeds import accepted, awkward_entries, digest_of, feed_of
from tests.feed.feeds.complaints import COMPLAINTS

GOLDEN = Path(__file__).parent / "golden"
LARGE = 20_000
"""Entries whose text is longer are kept as digests."""

XML_FORMS = (Form.RSS, Form.ATOM)
entries = cache(awkward_entries)


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"title": "x" * 501}, "title"),
        ({"title": "\u0000\u0007 \ud83d\u200b"}, "title"),
        ({"title": "x", "content_html": "<blockquote>" * 5000}, "content_html"),
        ({"title": "x", "published_at": "0999-12-31"}, "published_at"),
        ({"title": "x", "url": "ftp://t.example/x"}, "url"),
        ({"title": "x", "language": "klingon_"}, "language"),
    ],
)
def test_what_no_feed_could_carry_is_refused_by_the_name_of_its_field(posted: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        accepted("refused", posted)
    assert [error["loc"] for error in refusal.value.errors()] == [(field,)]


@pytest.mark.parametrize("form", Form)
def test_together_they_are_a_valid_feed(form: Form) -> None:
    assert COMPLAINTS[form](feed_of(form, *entries().values())) == []


@pytest.mark.parametrize("form", Form)
def test_the_feed_looks_exactly_so(form: Form) -> None:
    small = [entry for entry in entries().values() if len(entry.html) <= LARGE]
    assert feed_of(form, *small) == (GOLDEN / f"awkward.{form.value}").read_bytes()


def test_the_large_ones_look_exactly_so() -> None:
    large = {
        name: {form: digest_of(feed_of(form, entry)) for form in Form}
        for name, entry in entries().items()
        if len(entry.html) > LARGE
    }
    assert large == json.loads((GOLDEN / "awkward-large.json").read_text())


@pytest.mark.parametrize(
    "circumstances",
    [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Kathmandu"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "C.utf8", "TZ": "America/Los_Angeles"},
    ],
)
def test_another_process_writes_the_same_bytes(circumstances: dict[str, str]) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.feed.feeds.awkward_feeds"],
        env=os.environ | circumstances,
        capture_output=True,
        check=True,
    ).stdout
    assert json.loads(told) == {form: digest_of(feed_of(form, *entries().values())) for form in Form}


@pytest.mark.parametrize("name", AWKWARD)
def test_json_feed_gives_back_what_went_in(name: str) -> None:
    (item,) = json.loads(feed_of(Form.JSON, entries()[name]))["items"]
    went_in, entry = accepted(f"awkward-{name}", AWKWARD[name]), entries()[name]
    assert item["id"] == entry.uri
    assert item["url"] == entry.link
    assert item["title"] == went_in.title
    assert item["date_published"] == entry.published.isoformat().replace("+00:00", "Z")
    assert item["date_modified"] == entry.updated.isoformat().replace("+00:00", "Z")
    assert [author["name"] for author in item.get("authors", [])] == [one.name for one in went_in.authors]
    assert item["tags"][: len(went_in.topics)] == list(went_in.topics)
    assert item["content_html"].startswith(went_in.content_html or "<p>")
    assert item["language"] == went_in.language
    corrections = item["_newswire"].get("corrections", [])
    assert [one["note"] for one in corrections] == [one.note for one in went_in.corrections]


@pytest.mark.parametrize("form", XML_FORMS)
@pytest.mark.parametrize("name", AWKWARD)
def test_feedparser_gives_back_the_same(name: str, form: Form) -> None:
    entry = entries()[name]
    parsed = feedparser.parse(feed_of(form, entry), sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    (found,) = parsed.entries
    assert (found.id, found.link) == (entry.uri, entry.link)
    assert found.title == entry.title
    assert _moment(found.published_parsed) == entry.published
    assert _moment(found.updated_parsed) == entry.updated
    authors = [author["name"] for author in found.get("authors", [])]
    # It counts an episode's `itunes:author` once more.
    assert authors[: len(entry.authors)] == [author.name for author in entry.authors]
    tags = [(tag["term"], tag["scheme"]) for tag in found.tags]
    assert tags == [(category.term, category.scheme) for category in entry.categories]
    assert found.content[0].value == entry.html.strip()
    assert found.content[0].type == "text/html"


def _moment(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)
