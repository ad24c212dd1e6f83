"""A desk for one test."""

from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis

from services.feed.ops.sampler import Sampler
from tests.conftest import ValkeyServer
from tests.feed.desk.at_the_desk import Person, a_desk
from tests.feed.ops.stream_actions import a_sampler


@pytest_asyncio.fixture
async def sampler(valkey: ValkeyServer) -> AsyncIterator[Sampler]:
    """Make a sampler that looks when a test says so."""
    async with a_sampler(valkey.url) as made:
        yield made


@pytest_asyncio.fixture
async def person(redis: Redis, sampler: Sampler) -> AsyncIterator[Person]:
    """Stand in front of a desk, not signed in."""
    async with a_desk(redis, sampler) as somebody:
        yield somebody
