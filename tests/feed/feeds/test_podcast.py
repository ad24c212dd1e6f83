"""Episodes and shows carry what podcast players look for, and nothing that is not known."""

from typing import Any

import pytest
from lxml import etree

from services.feed.feeds.channel import Form, channel_of
from services.feed.feeds.document import document_of, write_entry
from services.feed.feeds.entry import entry_of
from services.feed.feeds.selection import ALL, Selection
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER
from tests.feed.feeds.rss_rules import rss_complaints

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
SOUND = {"url": "https://t.example/e.mp3", "type": "audio/mpeg", "length": 9}


def tags(parent: Any) -> dict[str, str]:
    return {
        child.tag.removeprefix(ITUNES): child.text or child.get("href")
        for child in parent
        if child.tag.startswith(ITUNES)
    }


def channel(selection: Selection, **fields: Any) -> Any:
    head = channel_of(PUBLISHER, selection, Form.RSS, title="Podcasts", updated=NOON)
    entry = entry_of(an_article(**fields), NOON, NOON, PUBLISHER)
    document = document_of(Form.RSS, head, [write_entry(Form.RSS, entry)]).body
    assert rss_complaints(document) == []
    return etree.fromstring(document).find("channel")


def episode(**fields: Any) -> dict[str, str]:
    given = {"kind": "podcast", "enclosures": (SOUND,)}
    return tags(channel(ALL, **(given | fields)).find("item"))


def test_an_episode_has_author_summary_and_picture() -> None:
    assert episode(image={"url": "https://t.example/c.jpg"}, authors=({"name": "Ana"}, {"name": "Ben"})) == {
        "author": "Ana, Ben",
        "summary": an_article().summary,
        "image": "https://t.example/c.jpg",
    }


def test_a_picture_in_another_format_and_names_beyond_the_limit_are_left_out() -> None:
    found = episode(
        image={"url": "https://t.example/c.webp"}, authors=[{"name": letter * 200} for letter in "AB"]
    )
    assert found["author"] == "A" * 200
    assert "image" not in found


def test_only_an_episode_with_sound_is_one() -> None:
    assert episode(enclosures=()) == episode(kind="report") == {}


def test_the_feed_of_podcasts_is_a_show_and_no_other_feed_is() -> None:
    assert tags(channel(Selection("kind/podcast"))) == {
        "author": "Institute for Ice & Roads",
        "summary": "The newest from Institute for Ice & Roads: Podcasts",
    }
    assert tags(channel(ALL)) == {}


@pytest.mark.parametrize("form", Form)
def test_the_sound_of_an_episode_stands_before_its_other_files_in_every_format(form: Form) -> None:
    files = [{"url": f"https://t.example/e.{ending}", "type": f"{ending}/x", "length": 9} for ending in "ab"]
    entry = entry_of(an_article(kind="podcast", enclosures=(*files, SOUND)), NOON, NOON, PUBLISHER)
    document = write_entry(form, entry).body
    places = [document.index(url) for url in (b"e.mp3", b"e.a", b"e.b")]
    assert places == sorted(places)


def test_of_a_further_file_no_size_is_told_that_is_not_known() -> None:
    unknown = {"url": "https://t.example/e.pdf", "type": "application/pdf", "length": 0}
    found = channel(ALL, kind="podcast", enclosures=(SOUND, unknown)).find("item/{*}content")
    assert (found.get("url"), found.get("fileSize")) == (unknown["url"], None)
