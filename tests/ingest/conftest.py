"""A running ingest service for the tests that talk to it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.conftest import ValkeyServer
from tests.ingest.service import Service, a_service


@pytest_asyncio.fixture
async def ingest(valkey: ValkeyServer) -> AsyncIterator[Service]:
    """Run the service on a Valkey of the test's own."""
    async with a_service(valkey) as service:
        yield service
