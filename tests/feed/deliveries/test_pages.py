"""Pages of deliveries, however these lie among the endpoints, are those that sorting all would give."""

import random

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.cursor import Position
from services.feed.deliveries.delivery import NewDelivery
from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.history import History, Sought
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.queue import DeliveryQueue
from shared.timestamps import epoch_ms, from_epoch_ms
from tests.builders import NOON, an_event


@pytest.mark.parametrize("seed", range(6))
async def test_walking_through_pages_shows_each_once_in_order(redis: Redis, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time, no secret
    queue, history = DeliveryQueue(redis), History(redis)
    endpoints = [f"ep_{number}" for number in range(chance.choice((1, 3, 12)))]
    spread = chance.choice((1, 5, 1000))
    made: list[Position] = []
    for _ in range(60):
        event, at = an_event(), epoch_ms(NOON) + chance.randrange(spread)
        # Some events go to all, some to one: so the newest ones may all lie in one index.
        for one in endpoints if chance.random() < 0.3 else [endpoints[0]]:
            new = NewDelivery(delivery_id(one, event.id), event.id, event.type, NOON, 0, Trigger.EVENT)
            await queue.enqueue_all({one: [new]}, from_epoch_ms(at))
            made.append(Position(at, new.id))
    for limit in (1, 7, 50):
        found, cursor = list[str](), None
        while True:
            page = await history.page(endpoints, Sought(), cursor, limit)
            found += [delivery.id for delivery in page.deliveries]
            cursor = page.cursor
            if cursor is None:
                break
            assert len(page.deliveries) == limit
        assert found == [position.delivery_id for position in sorted(made, reverse=True)]
