"""Dead letters are found by what is known of them, page by page, and each of them once."""

import time
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.consume.dead_letter_place import LetterPlace, Shelf
from services.feed.consume.dead_letter_search import DeadLetterSearch, FoundLetter, SoughtLetters
from shared import keys
from shared.streams import DELIVERIES, FEEDS
from shared.timestamps import from_epoch_ms
from tests.feed.consume.burials import a_burial

EVERYTHING = SoughtLetters()


@pytest.fixture
def search(redis: Redis) -> DeadLetterSearch:
    return DeadLetterSearch(redis, 2)


async def walked(
    search: DeadLetterSearch, sought: SoughtLetters = EVERYTHING, *, limit: int = 3
) -> list[FoundLetter]:
    """Return what all pages together show."""
    after: LetterPlace | None = None
    found: list[FoundLetter] = []
    while True:
        page = await search.page(sought, after, limit)
        assert len(page.letters) <= limit
        found += page.letters
        after = page.after
        if after is None:
            return found


def titles(letters: list[FoundLetter]) -> list[str]:
    return [letter.title for letter in letters]


async def test_pages_lead_through_all_letters_of_all_groups_newest_first(
    redis: Redis, search: DeadLetterSearch
) -> None:
    for number in range(10):
        await a_burial(redis, str(number), group=(FEEDS, DELIVERIES)[number % 2], partition=number % 3 % 2)
    letters = await walked(search)
    assert sorted(titles(letters)) == sorted(str(number) for number in range(10))
    orders = [letter.place.order for letter in letters]
    assert orders == sorted(orders, reverse=True)


async def test_letters_of_one_instant_are_each_shown_once(redis: Redis, search: DeadLetterSearch) -> None:
    for partition in (0, 1):
        for group in (FEEDS, DELIVERIES):
            for sequence in range(3):
                await redis.xadd(
                    keys.dead_letters(partition, group),
                    {"reason": "x", "title": f"{group}{partition}{sequence}"},
                    id=f"1000-{sequence}",
                )
    for limit in (1, 2, 5, 50):
        letters = await walked(search, limit=limit)
        assert len({letter.place.name for letter in letters}) == len(letters) == 12


async def test_what_is_buried_meanwhile_shifts_no_page(redis: Redis, search: DeadLetterSearch) -> None:
    for number in range(4):
        await a_burial(redis, str(number))
    first = await search.page(EVERYTHING, None, 2)
    await a_burial(redis, "later")
    second = await search.page(EVERYTHING, first.after, 2)
    assert titles([*first.letters, *second.letters]) == ["3", "2", "1", "0"]


async def test_letters_are_found_by_what_is_known_of_them(redis: Redis, search: DeadLetterSearch) -> None:
    await a_burial(redis, "one", reason="KeyError('Topic')")
    await a_burial(redis, "two", reason="an outage", group=DELIVERIES)
    await a_burial(redis, "three", reason="a TOPIC too many", partition=1)
    for sought, found in (
        (SoughtLetters(group=DELIVERIES), {"two"}),
        (SoughtLetters(stream=keys.events(1)), {"three"}),
        (SoughtLetters(reason="topic"), {"one", "three"}),
        (SoughtLetters(reason="topic", group=DELIVERIES), set()),
        (SoughtLetters(article_id="id-two"), {"two"}),
        (SoughtLetters(article_id="id-tw"), set()),
        (SoughtLetters(stream="newswire:{p9}:events"), set()),
        (EVERYTHING, {"one", "two", "three"}),
    ):
        assert set(titles(await walked(search, sought))) == found, sought


async def test_letters_are_found_by_when_they_were_given_up(redis: Redis, search: DeadLetterSearch) -> None:
    for second in range(1, 6):
        await redis.xadd(keys.dead_letters(0, FEEDS), {"title": str(second)}, id=f"{second}000-0")
    span = SoughtLetters(since=from_epoch_ms(2000), until=from_epoch_ms(4000))
    for limit in (1, 2, 9):
        assert titles(await walked(search, span, limit=limit)) == ["4", "3", "2"]
    assert (await search.page(span, None, 1)).letters[0].at == from_epoch_ms(4000)


async def test_a_letter_bears_what_it_was_and_why(redis: Redis, search: DeadLetterSearch) -> None:
    entry = await a_burial(redis, "one", reason="KeyError('topic')")
    (shown,) = (await search.page(EVERYTHING, None, 5)).letters
    assert (shown.reason, shown.attempts, shown.entry) == ("KeyError('topic')", 5, entry)
    assert (shown.type, shown.article_id, shown.title) == ("article.published", "id-one", "one")
    place = search.place(shown.place.name)
    assert place is not None
    found = await search.letter(place)
    assert found is not None
    letter, payload = found
    assert letter == shown
    assert b'"title":"one"' in payload


async def test_an_unreadable_letter_is_shown_without_its_event(
    redis: Redis, search: DeadLetterSearch
) -> None:
    await a_burial(redis, payload=b"\xff\xfe")
    (letter,) = (await search.page(EVERYTHING, None, 5)).letters
    assert (letter.title, letter.event_id) == ("", "")
    found = await search.letter(letter.place)
    assert found is not None
    assert found[1] == b"\xff\xfe"


async def test_names_of_no_letter_are_none(search: DeadLetterSearch) -> None:
    for name in (
        "",
        "feeds.0.1",
        "feeds.2.1-0",
        "others.0.1-0",
        "feeds.0.1-0x",
        "feeds.-1.1-0",
        "..",
        "feeds.0.*",
    ):
        assert search.place(name) is None, name
    place = search.place("feeds.1.1-0")
    assert place == LetterPlace(Shelf(FEEDS, 1), "1-0")
    assert await search.letter(place) is None


async def test_the_commonest_reason_comes_first(redis: Redis, search: DeadLetterSearch) -> None:
    for reason in ("rare", "common", "common"):
        await a_burial(redis, reason=reason)
    assert list((await search.reasons(Shelf(FEEDS, 0))).items()) == [("common", 2), ("rare", 1)]
    assert (await search.counts())[Shelf(FEEDS, 0)] == 3


async def test_a_page_is_fast_among_fifty_thousand_letters_and_looks_only_so_far(
    redis: Redis, search: DeadLetterSearch
) -> None:
    for thousand in range(50):
        pipe = redis.pipeline(transaction=False)
        for number in range(thousand * 1000, thousand * 1000 + 1000):
            reason = "hay" if number else "needle"
            fields: dict[Any, Any] = {"reason": reason, "title": str(number)}
            pipe.xadd(keys.dead_letters(0, FEEDS), fields)
        await pipe.execute()
    begun = time.monotonic()
    page = await search.page(EVERYTHING, None, 50)
    assert time.monotonic() - begun < 0.5
    assert len(page.letters) == 50
    # Rare ones are found by going on from page to page, each of which ends after a bounded way.
    short = await search.page(SoughtLetters(reason="needle"), None, 50)
    assert short.letters == ()
    assert short.after is not None
    assert titles(await walked(search, SoughtLetters(reason="needle"), limit=50)) == ["0"]
