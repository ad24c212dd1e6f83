"""A page saved as text goes in; readers find its articles in every feed that should hold them."""

import json
from pathlib import Path
from time import strftime
from typing import NamedTuple

import feedparser
import pytest

from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "000_f2855d6fc267123d.txt"

needs_seed = pytest.mark.skipif(not SEED.exists(), reason=f"the real seed document is not at {SEED}")


class Item(NamedTuple):
    """What a reader shows of an item; `published` in UTC."""

    id: str
    title: str
    published: str
    authors: list[str]


def read_feed(installation: Newswire, selection: str, form: str) -> list[Item]:
    """Read a feed as a reader does: feedparser for RSS and Atom, JSON Feed by its own names."""
    content = installation.feed.get(f"/feeds/{selection}.{form}").content
    if form == "json":
        return [
            Item(item["id"], item["title"], item["date_published"], [a["name"] for a in item["authors"]])
            for item in json.loads(content)["items"]
        ]
    feed = feedparser.parse(content)
    assert not feed.bozo, feed.bozo_exception
    return [
        Item(
            entry.id,
            entry.title,
            strftime("%Y-%m-%dT%H:%M:%SZ", entry.published_parsed),
            [author.name for author in entry.get("authors", [])],
        )
        for entry in feed.entries
    ]


def titles(installation: Newswire, selection: str, form: str) -> list[str]:
    return [item.title for item in read_feed(installation, selection, form)]


@needs_seed
@pytest.mark.parametrize("partitions", ["1", "3"])
def test_the_real_document_reaches_every_feed_in_every_format(
    valkey: ValkeyServer, tmp_path: Path, partitions: str
) -> None:
    with newswire(valkey, tmp_path, NEWSWIRE_PARTITIONS=partitions) as installation:
        answer = installation.ingest.post(
            "/documents", content=SEED.read_bytes(), headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == 202, answer.text
        outcomes = answer.json()
        assert [outcome["outcome"] for outcome in outcomes] == ["published"] * 5
        ids = {outcome["id"] for outcome in outcomes}
        installation.wait(lambda: len(installation.feed_items()) == 5, "all five are in the feed")

        for form in ("rss", "atom", "json"):
            items = read_feed(installation, "all", form)
            assert {item.id for item in items} == ids
            main = items[-1]
            assert main.title == "What North Korea wants from the next US summit"
            assert main.published == "2019-01-23T00:00:00Z"
            assert main.authors == ["Duyeon Kim"]
            assert len(titles(installation, "author/jason-bartlett", form)) == 3
            assert titles(installation, "kind/podcast", form) == ["Engaging North Korea"]
            assert len(titles(installation, "outlet/the-diplomat", form)) == 3
            assert titles(installation, "outlet/bulletin-of-the-atomic-scientists", form) == [main.title]

        again = installation.ingest.post(
            "/documents", content=SEED.read_bytes(), headers={"Content-Type": "text/plain"}
        )
        assert [outcome["outcome"] for outcome in again.json()] == ["unchanged"] * 5
        assert {outcome["id"] for outcome in again.json()} == ids


def test_an_update_and_a_withdrawal_show_in_every_feed_that_held_the_article(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path) as installation:
        first = installation.accept(title="Before", topics=["Energy", "Trade"], url="https://t.example/a")
        installation.wait(lambda: len(installation.feed_items("topic/energy")) == 1, "it is published")
        installation.accept(id=first["id"], title="After", topics=["Trade"], url="https://t.example/a")
        installation.wait(lambda: installation.feed_items("topic/energy") == [], "it left its old topic")
        installation.wait(
            lambda: [item["title"] for item in installation.feed_items("topic/trade")] == ["After"],
            "its new topic shows it",
        )
        (item,) = installation.feed_items("topic/trade")
        assert item["id"] == first["id"]

        gone = installation.ingest.post(f"/articles/{first['id']}/withdraw", json={"reason": "retracted"})
        assert gone.is_success, gone.text
        installation.wait(lambda: installation.feed_items("all") == [], "it is withdrawn")
        installation.wait(lambda: installation.feed_items("topic/trade") == [], "it left its topic too")
        assert installation.feed.get("/feeds/topic/trade.rss").status_code == 200
        assert installation.feed.get(f"/articles/{first['id']}").status_code == 410

        installation.ingest.post(f"/articles/{first['id']}/restore").raise_for_status()
        installation.wait(lambda: len(installation.feed_items("topic/trade")) == 1, "it is back")
