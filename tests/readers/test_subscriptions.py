"""What a subscriber notices between polls: news once, changes in place, and nothing when nothing is new."""

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from tests.installed import Missing, require
from tests.readers import installed
from tests.readers.newsboat import Newsboat
from tests.readers.publication import Publication
from tests.readers.reader_library import Library
from tests.readers.relay import Relay, relay_to
from tests.readers.rss2email import Mailbox
from tests.readers.subscription import Shown, Subscription

pytestmark = pytest.mark.xdist_group("readers")


class Subscriber(NamedTuple):
    """A reader that subscribes, and a format that it reads."""

    name: str
    form: str
    subscribe: Callable[[Path, str], Subscription]
    missing: Missing = installed.with_the_tests
    first_polls: int = 1
    """How often it polls before it remembers the feed's validators."""
    by_the_second: bool = False
    """Whether it takes a feed for unchanged as long as Last-Modified, in whole seconds, is the same."""
    follows_edits: bool = True
    """Whether it shows an item as the feed has it now; an e-mail stays as it was delivered."""


SUBSCRIBERS = (
    Subscriber("reader", "rss", Library),
    Subscriber("reader", "atom", Library),
    Subscriber("reader", "json", Library),
    Subscriber("newsboat", "rss", Newsboat, installed.newsboat, first_polls=2, by_the_second=True),
    Subscriber("newsboat", "atom", Newsboat, installed.newsboat, first_polls=2, by_the_second=True),
    Subscriber("rss2email", "atom", Mailbox, installed.rss2email, follows_edits=False),
)


class Subscribed:
    """A feed of its own with two articles, and a reader that has polled it and been read to the end."""

    def __init__(self, published: Publication, subscriber: Subscriber, relay: Relay, folder: Path) -> None:
        self._installation = published.installation
        # Articles of the same title and day would be one article.
        self._mark = uuid4().hex
        self._feed = f"topic/{self._mark}"
        self.subscriber, self.relay = subscriber, relay
        self.bread = self.publish("Bread")
        self.ice = self.publish("Ice roads")
        self.reader = self.newcomer(folder)
        for _ in range(subscriber.first_polls):
            self.reader.poll()
        self.reader.read_all()
        self._outlast_the_second()

    def newcomer(self, folder: Path) -> Subscription:
        """Return a reader that has subscribed and not yet polled."""
        return self.subscriber.subscribe(
            folder, f"{self.relay.url}/feeds/{self._feed}.{self.subscriber.form}"
        )

    def publish(self, title: str, **fields: Any) -> str:
        """Post an article on the feed's topic; return its id when the feed has it."""
        title = f"{title} {self._mark}"
        answer = self._installation.accept(
            title=title, published_at="2026-03-02T12:00:00Z", kind="press", topics=[self._mark], **fields
        )
        self.wait(lambda titles: title in titles, f"{title} is in the feed")
        return str(answer["id"])

    def move_bread(self, how: str) -> None:
        """Withdraw or restore an article; return when the feed shows it."""
        posted = self._installation.ingest.post(f"/articles/{self.bread}/{how}", json={"reason": "A mistake"})
        posted.raise_for_status()
        left = how == "withdraw"
        self.wait(lambda titles: len(titles) == (1 if left else 2), f"the feed knows of {how}")

    def wait(self, condition: Callable[[list[str]], bool], what: str) -> None:
        """Wait until the titles in the feed are so."""
        self._installation.wait(
            lambda: condition([item["title"] for item in self._installation.feed_items(self._feed)]), what
        )

    def polled(self) -> dict[str, Shown]:
        """Poll once more and return what the reader shows."""
        self.reader.poll()
        self._outlast_the_second()
        return self.shown_by(self.reader)

    def _outlast_the_second(self) -> None:
        """Go on when the feed's next change will have a later Last-Modified, for a reader that needs it."""

        def is_over() -> bool:
            headers = self._installation.feed.get(f"/feeds/{self._feed}.rss").headers
            return parsedate_to_datetime(headers["date"]) > parsedate_to_datetime(headers["last-modified"])

        if self.subscriber.by_the_second:
            self._installation.wait(is_over, "the second is over in which the feed changed last")

    def shown_by(self, reader: Subscription) -> dict[str, Shown]:
        """Return what a reader shows, titles without the mark of this feed."""
        shown = reader.shown()
        return {
            id_: Shown(one.title.removesuffix(f" {self._mark}"), one.unread) for id_, one in shown.items()
        }


@pytest.fixture(params=[pytest.param(one, id=f"{one.name}-{one.form}") for one in SUBSCRIBERS])
def subscribed(
    request: pytest.FixtureRequest, published: Publication, tmp_path: Path
) -> Iterator[Subscribed]:
    subscriber: Subscriber = request.param
    require(subscriber.name, subscriber.missing)
    folder = tmp_path / "first"
    folder.mkdir()
    with relay_to(str(published.installation.feed.base_url)) as relay:
        yield Subscribed(published, subscriber, relay, folder)


def read(title: str) -> Shown:
    return Shown(title, unread=False)


def test_a_poll_without_news_is_answered_304_and_shows_none(subscribed: Subscribed) -> None:
    before = {subscribed.ice: read("Ice roads"), subscribed.bread: read("Bread")}
    assert subscribed.polled() == before
    assert subscribed.relay.statuses[-1] == 304
    # The same once more from the publisher's system is no change, and no news.
    assert subscribed.publish("Bread") == subscribed.bread
    assert subscribed.polled() == before
    assert subscribed.relay.statuses[-1] == 304


def test_a_new_headline_changes_the_item_in_place_and_leaves_it_read(subscribed: Subscribed) -> None:
    subscribed.publish("Dear bread", id=subscribed.bread)
    shown = subscribed.polled()
    assert subscribed.relay.statuses[-1] == 200
    title = "Dear bread" if subscribed.subscriber.follows_edits else "Bread"
    assert shown == {subscribed.ice: read("Ice roads"), subscribed.bread: read(title)}


def test_a_new_article_is_the_only_one_unread(subscribed: Subscribed) -> None:
    new = subscribed.publish("Milk")
    shown = subscribed.polled()
    assert {id_ for id_, one in shown.items() if one.unread} == {new}
    assert len(shown) == 3


def test_a_withdrawn_article_reaches_no_newcomer(subscribed: Subscribed, tmp_path: Path) -> None:
    """None of these readers acts on what leaves a feed or on RFC 6721's tombstones: who has it keeps it."""
    subscribed.move_bread("withdraw")
    kept = {subscribed.ice: read("Ice roads"), subscribed.bread: read("Bread")}
    assert subscribed.polled() == kept
    assert subscribed.relay.statuses[-1] == 200
    newcomer = subscribed.newcomer(tmp_path)
    newcomer.poll()
    assert subscribed.shown_by(newcomer) == {subscribed.ice: Shown("Ice roads", unread=True)}


def test_a_restored_article_is_the_one_that_was_read(subscribed: Subscribed) -> None:
    before = subscribed.polled()
    subscribed.move_bread("withdraw")
    subscribed.polled()
    subscribed.move_bread("restore")
    assert subscribed.polled() == before
