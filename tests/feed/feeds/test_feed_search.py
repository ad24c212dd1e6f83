"""Finding feeds by words of their titles."""

from services.feed.feeds.feed_search import find
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.selection import Selection
from services.feed.feeds.slug import slug


def a_feed(title: str, articles: int = 1) -> ListedFeed:
    return ListedFeed(Selection(f"topic/{slug(title)}"), title, 1, None, articles, None)


def found(query: str, *feeds: ListedFeed) -> list[str]:
    return [feed.title for feed in find(feeds, query)]


def test_the_very_title_comes_first_then_its_beginning_then_whole_words_then_parts_of_words() -> None:
    feeds = [
        a_feed("Strategy"),
        a_feed("Trade rate"),
        a_feed("Rate cuts", 2),
        a_feed("Rates", 9),
        a_feed("Rate"),
    ]
    assert found("rate", *feeds) == ["Rate", "Rates", "Rate cuts", "Trade rate", "Strategy"]
    assert found("rat", *feeds) == ["Rates", "Rate cuts", "Rate", "Trade rate", "Strategy"]


def test_every_word_must_be_there_in_any_order() -> None:
    feeds = [a_feed("Energy and climate"), a_feed("Energy")]
    assert found("climate energy", *feeds) == ["Energy and climate"]
    assert found("CLIMATE, énergy!", *feeds) == ["Energy and climate"]


def test_a_title_longer_than_its_address_is_found_by_its_last_word() -> None:
    assert found("last", a_feed("word " * 40 + "last")) != []


def test_nothing_is_found_by_nothing() -> None:
    assert found(" … ", a_feed("Energy")) == []
