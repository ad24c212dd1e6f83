"""Trimming drops nothing that any group needs, whatever was read, acknowledged or deleted before."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.consume.trimming import drop_old_dead_letters, trim
from shared import keys
from shared.streams import DELIVERIES, FEEDS, GROUPS, make_groups
from tests.conftest import ValkeyServer

STREAM = keys.events(0)
NOTHING, WEEK = timedelta(0), timedelta(days=7)


async def exactly(redis: Redis) -> None:
    """Make each entry a node of its own, so that `~` trims as far as `=` would."""
    await redis.config_set("stream-node-max-entries", 1)


async def ids(redis: Redis, name: str = STREAM) -> list[bytes]:
    entries: Any = await redis.xrange(name)
    return [entry_id for entry_id, _ in entries]


async def read(redis: Redis, group: str, count: int) -> list[bytes]:
    reply: Any = await redis.xreadgroup(group, "one", {STREAM: ">"}, count=count)
    return [entry_id for _, entries in reply for entry_id, _ in entries]


async def add(redis: Redis, count: int) -> list[bytes]:
    added: list[Any] = [await redis.xadd(STREAM, {"n": n}) for n in range(count)]
    return added


async def test_what_all_groups_have_done_with_goes(redis: Redis) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    await add(redis, 10)
    for group, done in ((FEEDS, 9), (DELIVERIES, 4)):
        await redis.xack(STREAM, group, *await read(redis, group, done))
    assert await trim(redis, 0, NOTHING) == 4
    assert len(await ids(redis)) == 6


async def test_what_is_read_and_not_acknowledged_stays_with_all_that_follows(redis: Redis) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    await add(redis, 10)
    for group in GROUPS:
        taken = await read(redis, group, 10)
        await redis.xack(STREAM, group, *taken[:3], *taken[4:])
    assert await trim(redis, 0, NOTHING) == 3


async def test_what_is_young_stays_although_it_is_done_with(redis: Redis) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    seconds, _ = await redis.time()
    await redis.xadd(STREAM, {"n": 1}, id=f"{(seconds - 8 * 86400) * 1000}-0")
    await redis.xadd(STREAM, {"n": 2}, id=f"{(seconds - 6 * 86400) * 1000}-0")
    for group in GROUPS:
        await redis.xack(STREAM, group, *await read(redis, group, 2))
    assert await trim(redis, 0, WEEK) == 1
    assert await trim(redis, 0, NOTHING) == 1


async def test_while_a_group_is_missing_everything_stays(redis: Redis) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    await add(redis, 3)
    for group in GROUPS:
        await redis.xack(STREAM, group, *await read(redis, group, 3))
    await redis.xgroup_destroy(STREAM, FEEDS)
    assert await trim(redis, 0, NOTHING) == 0
    await make_groups(redis, 1)
    assert len(await read(redis, FEEDS, 10)) == 3


async def test_a_group_of_somebody_elses_is_respected_too(redis: Redis) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    added = await add(redis, 5)
    for group in GROUPS:
        await redis.xack(STREAM, group, *await read(redis, group, 5))
    await redis.xgroup_create(STREAM, "an-auditor", id=added[1])
    assert await trim(redis, 0, NOTHING) == 2


async def test_without_a_stream_there_is_nothing_to_trim(redis: Redis) -> None:
    assert await trim(redis, 0, NOTHING) == 0
    assert not await redis.exists(STREAM)


async def test_a_long_stream_is_trimmed_in_whole_nodes(redis: Redis) -> None:
    await make_groups(redis, 1)
    pipe = redis.pipeline(transaction=False)
    for n in range(5000):
        pipe.xadd(STREAM, {"n": n})
    await pipe.execute()
    for group in GROUPS:
        await redis.xack(STREAM, group, *await read(redis, group, 4950))
    while await trim(redis, 0, NOTHING):
        pass
    assert 50 <= len(await ids(redis)) <= 150


entry_ids = st.tuples(
    st.sampled_from([1, 2, 9, 10, 11, 2**63]), st.sampled_from([0, 1, 9, 10, 2**63, 2**64 - 1])
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), entry_ids),
        st.tuples(st.just("read"), st.sampled_from(GROUPS), st.integers(1, 3)),
        st.tuples(st.just("ack"), st.sampled_from(GROUPS), st.integers(0, 5)),
        st.tuples(st.just("set"), st.sampled_from(GROUPS), entry_ids),
        st.tuples(st.just("delete"), st.integers(0, 5)),
        st.just(("trim",)),
    ),
    max_size=25,
)


class Played:
    """A stream and its groups, played on the real server and written down beside it."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.entries: set[tuple[int, int]] = set()
        self.pending: dict[str, list[tuple[int, int]]] = {group: [] for group in GROUPS}
        self.delivered: dict[str, tuple[int, int]] = dict.fromkeys(GROUPS, (0, 0))

    def needed(self) -> set[tuple[int, int]]:
        """Return the entries that some group has not read or not acknowledged."""
        unread = {e for e in self.entries for group in GROUPS if e > self.delivered[group]}
        return unread | (self.entries & {e for group in GROUPS for e in self.pending[group]})

    async def play(self, step: Sequence[Any]) -> None:
        match step:
            case ["add", entry]:
                try:
                    await self.redis.xadd(STREAM, {"n": 1}, id=text(entry))
                except ResponseError:
                    return  # not later than the last one
                self.entries.add(entry)
            case ["read", group, count]:
                taken = [parts(one) for one in await read(self.redis, group, count)]
                self.pending[group] += [one for one in taken if one not in self.pending[group]]
                self.delivered[group] = taken[-1] if taken else self.delivered[group]
            case ["ack", group, at] if at < len(self.pending[group]):
                await self.redis.xack(STREAM, group, text(self.pending[group].pop(at)))
            case ["set", group, entry]:
                await self.redis.xgroup_setid(STREAM, group, text(entry))
                self.delivered[group] = entry
            case ["delete", at] if at < len(self.entries):
                gone = sorted(self.entries)[at]
                await self.redis.xdel(STREAM, text(gone))
                self.entries.discard(gone)
            case ["trim"]:
                needed = self.needed()
                await trim(self.redis, 0, NOTHING)
                left = {parts(one) for one in await ids(self.redis)}
                assert needed <= left <= self.entries
                assert not left or not needed or min(left) == min(needed)
                self.entries = left


def text(entry: tuple[int, int]) -> str:
    return f"{entry[0]}-{entry[1]}"


def parts(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry_id.decode().partition("-")
    return int(milliseconds), int(number)


@given(steps)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happened_before_nothing_that_is_needed_goes(redis: Redis, script: list[Any]) -> None:
    await redis.flushall()
    await exactly(redis)
    await make_groups(redis, 1)
    played = Played(redis)
    for step in [*script, ["trim"]]:
        await played.play(step)


async def test_dead_letters_go_when_they_are_old(redis: Redis) -> None:
    await exactly(redis)
    seconds, _ = await redis.time()
    name = keys.dead_letters(0, FEEDS)
    await redis.xadd(name, {"reason": "old", "entry": "1-0"}, id=f"{(seconds - 91 * 86400) * 1000}-0")
    await redis.xadd(name, {"reason": "young", "entry": "2-0"})
    await redis.hset(keys.dead_letter_payloads(0, FEEDS), mapping={"1-0": "old", "2-0": "young"})
    assert await drop_old_dead_letters(redis, 0, FEEDS, timedelta(days=90)) == 1
    assert len(await ids(redis, name)) == 1
    assert await redis.hkeys(keys.dead_letter_payloads(0, FEEDS)) == [b"2-0"]
    assert await drop_old_dead_letters(redis, 1, FEEDS, timedelta(days=90)) == 0


async def test_after_a_kill_of_redis_what_was_needed_is_still_there(
    redis: Redis, valkey: ValkeyServer
) -> None:
    await exactly(redis)
    await make_groups(redis, 1)
    await add(redis, 6)
    for group in GROUPS:
        await redis.xack(STREAM, group, *await read(redis, group, 4))
    await trim(redis, 0, NOTHING)
    valkey.kill()
    valkey.start()
    assert len(await read(redis, FEEDS, 10)) == 2
