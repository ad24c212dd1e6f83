"""Whoever walks an archive meets every article once, whatever comes, goes or is divided meanwhile."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from services.feed.feeds.archive_position import Position
from services.feed.feeds.archive_ranges import ArchiveRange, ArchiveRanges
from services.feed.feeds.channel import Form
from services.feed.feeds.glance import Glances
from services.feed.feeds.rendition import Edition
from services.feed.feeds.selection import ALL
from shared import keys
from shared.redis_connection import connect
from tests.conftest import ValkeyServer

SHOWN = 4


class Shelf:
    """A feed of articles without texts, as the index holds it, in documents of three."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.ranges = ArchiveRanges(redis, entries=3)
        self.held: dict[str, int] = {}

    async def put(self, article_id: str, at: int) -> None:
        self.held[article_id] = at
        await self.redis.zadd(keys.feed_index(ALL), {article_id: at})
        await self.redis.hset(keys.feed_versions(ALL), article_id, "1")

    async def withdraw(self, article_id: str) -> None:
        self.held.pop(article_id, None)
        await self.redis.zrem(keys.feed_index(ALL), article_id)

    async def document(self, position: Position) -> ArchiveRange:
        found = await self.ranges.read(ALL, position, shown=SHOWN)
        assert found is not None
        assert len(found.ids) <= 6
        return found

    async def newest(self) -> tuple[list[str], Position | None]:
        glance = await Glances(self.redis, "").at(Edition(ALL, Form.RSS))
        assert glance is not None
        return glance.shown(SHOWN)

    def order(self) -> list[str]:
        return sorted(self.held, key=lambda one: (self.held[one], one), reverse=True)


@dataclass
class Walker:
    """Reads the feed, then one archive document at each step; knows what it must not miss."""

    shelf: Shelf
    seen: list[str] = field(default_factory=list)
    throughout: dict[str, int] = field(default_factory=dict)
    next: Position | None = None

    async def begin(self) -> None:
        self.throughout = dict(self.shelf.held)
        self.seen, self.next = await self.shelf.newest()

    async def step(self) -> None:
        if self.next is not None:
            found = await self.shelf.document(self.next)
            self.seen += found.ids
            self.next = found.older

    async def finish(self) -> None:
        for _ in range(100):
            await self.step()
        assert self.next is None
        for article_id in self.throughout:
            assert self.seen.count(article_id) == 1, article_id


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path_factory.mktemp("v"))
    server.start()
    yield server
    server.kill()


ids = st.integers(0, 60).map(
    lambda number: f"{'aB-z'[number % 4]}{number}" if number % 4 != 2 else f"A{number}"
)
actions = st.one_of(
    # Few times, so that many articles share one, as those that are dated by the day do.
    st.tuples(st.just("put"), ids, st.integers(-2, 3)),
    st.tuples(st.just("put"), ids, st.integers(-(10**13), 10**13)),
    st.tuples(st.just("withdraw"), ids, st.just(0)),
    st.tuples(st.just("begin"), st.just(""), st.just(0)),
    st.tuples(st.just("step"), st.just(""), st.integers(0, 3)),
)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dictionaries(ids, st.integers(-2, 3), min_size=10, max_size=50),
    script=st.lists(actions, max_size=40),
)
def test_what_is_there_all_the_time_is_met_exactly_once(
    server: ValkeyServer, start: dict[str, int], script: list[tuple[str, str, int]]
) -> None:
    async def play() -> None:
        async with connect(server.url) as redis:
            await redis.config_set("appendfsync", "no")
            await redis.flushall()
            shelf = Shelf(redis)
            for article_id, at in start.items():
                await shelf.put(article_id, at)
            walkers = [Walker(shelf)]
            await walkers[0].begin()
            for action, article_id, number in script:
                if action == "put":
                    await shelf.put(article_id, number)
                elif action == "withdraw":
                    await shelf.withdraw(article_id)
                elif action == "begin":
                    walkers.append(Walker(shelf))
                    await walkers[-1].begin()
                else:
                    await walkers[number % len(walkers)].step()
                for walker in walkers:
                    walker.throughout = {
                        i: at for i, at in walker.throughout.items() if shelf.held.get(i) == at
                    }
            for walker in walkers:
                await walker.finish()
            last = Walker(shelf)
            await last.begin()
            await last.finish()
            assert last.seen == shelf.order()

    asyncio.run(play())


async def walk(shelf: Shelf) -> list[ArchiveRange]:
    """Return every document of the archive, from the newest to the oldest."""
    _, position = await shelf.newest()
    found = []
    while position is not None:
        found.append(await shelf.document(position))
        position = found[-1].older
        assert len(found) < 100
    return found


@pytest.fixture
async def shelf(redis: Redis) -> Shelf:
    await redis.config_set("appendfsync", "no")
    shelf = Shelf(redis)
    for number in range(20):
        await shelf.put(f"a{number:02}", number * 10)
    return shelf


async def test_documents_are_laid_from_the_oldest_up_and_stay_while_new_articles_come(shelf: Shelf) -> None:
    before = await walk(shelf)
    assert [len(one.ids) for one in before] == [1, 3, 3, 3, 3, 3]
    assert [one.fixed for one in before] == [False, True, True, True, True, True]
    for number in range(20, 50):
        await shelf.put(f"a{number}", number * 10)
        after = await walk(shelf)
        # The newest fixed one learns its newer neighbour, and that is all.
        assert after[-4:] == before[-4:]
        assert [one.ids for one in after[-5:]] == [one.ids for one in before[-5:]]
        assert all(one.fixed and len(one.ids) == 3 for one in after[1:])


async def test_a_document_that_a_feed_once_named_keeps_its_articles(shelf: Shelf) -> None:
    named = []
    for number in range(20, 40):
        _, position = await shelf.newest()
        assert position is not None
        named.append((position, (await shelf.document(position)).ids))
        await shelf.put(f"a{number}", number * 10)
    for position, articles in named:
        assert (await shelf.document(position)).ids == articles


async def test_neighbours_name_each_other(shelf: Shelf) -> None:
    moving, *fixed = await walk(shelf)
    assert (moving.newer, fixed[0].newer, fixed[-1].older) == (None, None, None)
    for newer, older in pairwise(fixed):
        assert (newer.older, older.newer) == (older.position, newer.position)


async def test_a_late_article_lands_where_it_belongs_and_moves_nothing_else(shelf: Shelf) -> None:
    before = await walk(shelf)
    await shelf.put("late", 45)
    after = await walk(shelf)
    changed = [(old.ids, new.ids) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [(("a05", "a04", "a03"), ("a05", "late", "a04", "a03"))]


async def test_a_document_that_grew_too_large_is_divided_and_its_address_keeps_the_newer_part(
    shelf: Shelf,
) -> None:
    grown = (await walk(shelf))[-2]
    for number in range(4):
        await shelf.put(f"late{number}", 45)
    divided = await shelf.document(grown.position)
    assert divided.ids == ("a05", "late3", "late2", "late1")
    assert divided.older is not None
    assert (await shelf.document(divided.older)).ids == ("late0", "a04", "a03")
    assert (await walk(shelf))[-3:] == [
        divided,
        *[await shelf.document(one.position) for one in (await walk(shelf))[-2:]],
    ]


async def test_a_flood_of_early_articles_is_divided_at_once(shelf: Shelf) -> None:
    await walk(shelf)
    for number in range(100):
        await shelf.put(f"early{number:02}", -1)
    found = await walk(shelf)
    assert sum(len(one.ids) for one in found) == 116
    assert max(len(one.ids) for one in found) <= 6


async def test_documents_that_have_become_empty_are_left_out_but_still_answer(shelf: Shelf) -> None:
    before = await walk(shelf)
    for article_id in (*before[-3].ids, *before[-1].ids):
        await shelf.withdraw(article_id)
    after = await walk(shelf)
    assert [one.position for one in after] == [before[i].position for i in (0, 1, 2, 4)]
    assert after[-1].older is None
    for empty in (before[-3], before[-1]):
        assert (await shelf.document(empty.position)).ids == ()


async def test_a_document_of_which_only_the_oldest_article_is_left_is_still_met(shelf: Shelf) -> None:
    before = await walk(shelf)
    for article_id in before[-2].ids[:-1]:
        await shelf.withdraw(article_id)
    assert [one.ids for one in (await walk(shelf))[-2:]] == [before[-2].ids[-1:], before[-1].ids]


async def test_a_feed_that_shows_all_it_has_has_no_archive(redis: Redis) -> None:
    shelf = Shelf(redis)
    for number in range(SHOWN):
        await shelf.put(f"a{number}", number)
    assert await shelf.newest() == (["a3", "a2", "a1", "a0"], None)


async def test_a_position_that_no_feed_ever_named_is_unknown(shelf: Shelf) -> None:
    assert await shelf.ranges.read(ALL, Position(5, "never"), shown=SHOWN) is None


async def test_a_boundary_answers_even_when_its_article_is_forgotten(shelf: Shelf) -> None:
    fixed = (await walk(shelf))[2]
    await shelf.withdraw(fixed.position.article_id)
    await shelf.redis.hdel(keys.feed_versions(ALL), fixed.position.article_id)
    assert (await shelf.document(fixed.position)).ids == fixed.ids


async def test_all_who_come_at_once_lay_the_same_boundaries(redis: Redis, shelf: Shelf) -> None:
    for number in range(20, 200):
        await shelf.put(f"a{number}", number * 10)
    found = await asyncio.gather(*(walk(shelf) for _ in range(5)))
    assert all(one == found[0] for one in found)
    assert await redis.zcard(keys.feed_boundaries(ALL)) == 65


async def test_a_redis_that_takes_no_writes_can_still_be_walked(redis: Redis, shelf: Shelf) -> None:
    await redis.config_set("maxmemory", 1)
    found = await walk(shelf)
    assert [i for one in found for i in one.ids] == shelf.order()[SHOWN:]
    assert not await redis.exists(keys.feed_boundaries(ALL))
    await redis.config_set("maxmemory", 0)
    for number in range(20, 30):
        await shelf.put(f"a{number}", number * 10)
    await walk(shelf)
    await redis.config_set("maxmemory", 1)
    assert [i for one in await walk(shelf) for i in one.ids] == shelf.order()[SHOWN:]
