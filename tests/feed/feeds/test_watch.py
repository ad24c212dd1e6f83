"""What a process knows of changes: never silently behind, whatever happens to Redis or to itself."""

from collections.abc import Sequence

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from services.feed.feeds.changes import START, Changes
from services.feed.feeds.selection import Selection
from services.feed.feeds.watch import TRUSTS_SECONDS, VOUCHES_SECONDS, Watch
from shared import keys
from shared.redis_connection import UNREACHABLE
from tests.conftest import ValkeyServer

A, B = Selection("topic/a"), Selection("topic/b")


class HandSeconds:
    """Seconds that stand until a test moves them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds it was set to."""
        return self.now


@pytest.fixture
def seconds() -> HandSeconds:
    return HandSeconds()


@pytest_asyncio.fixture
async def watch(redis: Redis, seconds: HandSeconds) -> Watch:
    await Changes(redis).announce([Selection("topic/earlier")])
    return Watch(Changes(redis), now=seconds)


async def test_it_vouches_for_nothing_before_it_has_looked(watch: Watch) -> None:
    ticket = watch.ticket()
    assert not watch.vouches_for(A, ticket)
    await watch.look()
    assert not watch.vouches_for(A, ticket)
    assert watch.vouches_for(A, watch.ticket())


async def test_the_first_announcement_ever_makes_everything_void(redis: Redis, seconds: HandSeconds) -> None:
    watch = Watch(Changes(redis), now=seconds)
    await watch.look()
    ticket = watch.ticket()
    assert watch.vouches_for(B, ticket)
    await Changes(redis).announce([A])
    await watch.look()
    assert not watch.vouches_for(B, ticket)


async def test_only_what_was_read_after_a_change_holds(redis: Redis, watch: Watch) -> None:
    await Changes(redis).announce([A, B])
    await watch.look()
    ticket = watch.ticket()
    assert watch.vouches_for(A, ticket)
    await Changes(redis).announce([A])
    assert watch.vouches_for(A, ticket)
    await watch.look()
    assert [watch.vouches_for(feed, ticket) for feed in (A, B)] == [False, True]
    assert watch.vouches_for(A, watch.ticket())
    await watch.look()
    assert watch.vouches_for(B, ticket)


async def test_its_word_ages(watch: Watch, seconds: HandSeconds) -> None:
    await watch.look()
    ticket = watch.ticket()
    seconds.now += VOUCHES_SECONDS + 0.01
    assert not watch.vouches_for(A, ticket)
    await watch.look()
    assert watch.vouches_for(A, ticket)
    seconds.now += TRUSTS_SECONDS
    await watch.look()
    assert not watch.vouches_for(A, ticket)


async def test_what_was_announced_while_it_slept_is_not_missed(
    redis: Redis, watch: Watch, seconds: HandSeconds
) -> None:
    await watch.look()
    ticket = watch.ticket()
    for n in range(300):
        await Changes(redis).announce([Selection(f"topic/{n}")])
    seconds.now += 1
    await watch.look()
    assert not watch.vouches_for(Selection("topic/0"), ticket)
    assert watch.vouches_for(A, ticket)


async def test_an_emptied_store_makes_everything_void(redis: Redis, watch: Watch) -> None:
    for _ in range(3):
        await Changes(redis).announce([A])
    await watch.look()
    ticket = watch.ticket()
    await redis.flushall()
    await watch.look()
    assert not watch.vouches_for(B, ticket)
    ticket = watch.ticket()
    for _ in range(5):
        await Changes(redis).announce([A])
    await watch.look()
    assert not watch.vouches_for(B, ticket)


async def test_in_a_burst_a_change_may_wait_but_not_a_withdrawal(
    redis: Redis, watch: Watch, seconds: HandSeconds
) -> None:
    await watch.look()
    ticket = watch.ticket()
    await Changes(redis).announce([A, B], articles=500)
    await watch.look()
    assert watch.vouches_for(A, ticket)
    await Changes(redis).announce([B], urgent=True)
    await watch.look()
    assert [watch.vouches_for(feed, ticket) for feed in (A, B)] == [True, False]
    seconds.now += 0.26
    await watch.look()
    assert not watch.vouches_for(A, ticket)


@pytest.mark.parametrize("batches", [[1], [1, 128, 7]])
async def test_the_announcements_count_articles_and_hold_each_feed_once(
    redis: Redis, batches: Sequence[int]
) -> None:
    changes = Changes(redis)
    start = (await changes.since(START)).position
    for articles in batches:
        await changes.announce([A, B], articles=articles)
    news = await changes.since(START)
    assert news.everything
    await changes.announce([A], articles=3)
    later = await changes.since(news.position)
    assert (set(later.changed), later.articles, later.everything) == ({A}, 3, False)
    assert await redis.zcard(keys.feed_changes()) == 3
    assert start == START


async def test_without_redis_its_word_ends(valkey: ValkeyServer, watch: Watch, seconds: HandSeconds) -> None:
    await watch.look()
    ticket = watch.ticket()
    valkey.kill()
    with pytest.raises(UNREACHABLE):
        await watch.look()
    seconds.now += VOUCHES_SECONDS + 0.01
    assert not watch.vouches_for(A, ticket)
