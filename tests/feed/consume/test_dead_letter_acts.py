"""Replaying and discarding: only what is wanted, only what lay there, only for the group that gave it up."""

from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.consume.dead_letter_acts import DeadLetterActs, LetterAct
from services.feed.consume.dead_letter_place import LetterPlace, Shelf
from services.feed.consume.dead_letter_search import SoughtLetters
from services.feed.consume.stream_entry import StreamEntry, read_event
from shared import keys
from shared.events import ArticleEvent
from shared.streams import DELIVERIES, FEEDS
from tests.feed.consume.burials import a_burial

EVERYTHING = SoughtLetters()


@pytest.fixture
def acts(redis: Redis) -> DeadLetterActs:
    return DeadLetterActs(redis, 2)


async def done(acts: DeadLetterActs, act: LetterAct, sought: SoughtLetters = EVERYTHING) -> int:
    total, left = 0, await acts.stretches(sought)
    while left:
        acted, left = await acts.step(act, sought, left)
        total += acted
    return total


async def on_stream(redis: Redis, partition: int = 0) -> list[StreamEntry]:
    entries: Any = await redis.xrange(keys.events(partition))
    return [StreamEntry(*entry) for entry in entries]


def titles(entries: list[StreamEntry]) -> list[str]:
    events = [read_event(entry) for entry in entries]
    return [event.article.title for event in events if isinstance(event, ArticleEvent)]


async def left(redis: Redis, group: str = FEEDS, partition: int = 0) -> int:
    return int(await redis.xlen(keys.dead_letters(partition, group)))


async def test_replaying_puts_events_back_in_their_order_for_their_group_alone(
    redis: Redis, acts: DeadLetterActs
) -> None:
    for number in range(450):
        await a_burial(redis, str(number))
    await a_burial(redis, "elsewhere", partition=1, group=DELIVERIES)
    assert await done(acts, LetterAct.REPLAY) == 451
    entries = await on_stream(redis)
    assert titles(entries) == [str(number) for number in range(450)]
    assert all(entry.is_for(FEEDS) and not entry.is_for(DELIVERIES) for entry in entries)
    (other,) = await on_stream(redis, 1)
    assert other.is_for(DELIVERIES)
    assert not other.is_for(FEEDS)
    assert await left(redis) == await left(redis, DELIVERIES, 1) == 0


async def test_only_what_is_wanted_is_touched(redis: Redis, acts: DeadLetterActs) -> None:
    for title, reason in (("a", "KeyError"), ("b", "an outage"), ("c", "keyerror again")):
        await a_burial(redis, title, reason=reason)
    assert await done(acts, LetterAct.DISCARD, SoughtLetters(reason="KeyError")) == 2
    assert await done(acts, LetterAct.REPLAY, SoughtLetters(article_id="id-b", group=DELIVERIES)) == 0
    assert await done(acts, LetterAct.REPLAY, SoughtLetters(article_id="id-b", group=FEEDS)) == 1
    assert titles(await on_stream(redis)) == ["b"]


async def test_a_letter_that_comes_back_meanwhile_is_not_replayed_again(
    redis: Redis, acts: DeadLetterActs
) -> None:
    """A cause that is not mended fills the shelf again while it is emptied; that must come to an end."""
    for number in range(300):
        await a_burial(redis, str(number))
    todo = await acts.stretches(EVERYTHING)
    replayed = 0
    while todo:
        acted, todo = await acts.step(LetterAct.REPLAY, EVERYTHING, todo)
        replayed += acted
        for number in range(acted):
            await a_burial(redis, f"again {number}")
    assert replayed == 300
    assert await left(redis) == 300


async def test_one_letter(redis: Redis, acts: DeadLetterActs) -> None:
    await a_burial(redis, "one")
    await a_burial(redis, "two")
    letters: Any = await redis.xrange(keys.dead_letters(0, FEEDS))
    first = letters[0][0]
    place = LetterPlace(Shelf(FEEDS, 0), first.decode())
    assert await acts.one(LetterAct.REPLAY, place)
    assert not await acts.one(LetterAct.REPLAY, place)
    assert titles(await on_stream(redis)) == ["one"]
    assert await left(redis) == 1


async def test_an_unreadable_letter_goes_back_as_it_came(redis: Redis, acts: DeadLetterActs) -> None:
    await a_burial(redis, payload=b"\xff\x00\xfe")
    assert await done(acts, LetterAct.REPLAY) == 1
    (entry,) = await on_stream(redis)
    assert entry.fields[b"__data__"] == b"\xff\x00\xfe"


async def test_there_is_nothing_to_do_without_letters(acts: DeadLetterActs) -> None:
    assert await acts.stretches(EVERYTHING) == ()
    assert await acts.step(LetterAct.REPLAY, EVERYTHING, ()) == (0, ())


async def test_a_letter_that_is_gone_leaves_no_payload_behind(redis: Redis, acts: DeadLetterActs) -> None:
    await a_burial(redis, "one")
    await a_burial(redis, "two", reason="KeyError")
    await done(acts, LetterAct.DISCARD, SoughtLetters(reason="KeyError"))
    assert await redis.hlen(keys.dead_letter_payloads(0, FEEDS)) == 1
    await done(acts, LetterAct.REPLAY)
    assert await redis.exists(keys.dead_letter_payloads(0, FEEDS)) == 0
