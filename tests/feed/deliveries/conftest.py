"""What every test of the deliveries may ask for."""

from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis

from tests.feed.deliveries.partner_api import Api, partner_api


@pytest_asyncio.fixture
async def api(redis: Redis) -> AsyncIterator[Api]:
    """Run the partner API with what stands behind it."""
    async with partner_api(redis) as running:
        yield running
