"""Puts together the half of the feed service that consumes events and sends webhooks."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version

from redis.asyncio import Redis

from services.feed.consume.consuming import Consuming
from services.feed.consume.upkeep import Upkeep
from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.opening import open_worker
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention_sweep import RetentionSweep
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.worker import DeliveryWorker
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.own_feed_filling import OwnFeedFilling
from services.feed.inflow import Inflow
from services.feed.measures.names import Reached
from services.feed.measures.tally import Tally
from services.feed.secrets_at_rest import secret_box
from services.feed.settings import FeedSettings
from shared.clock import Clock
from shared.redis_address import redis_url
from shared.redis_connection import connect
from shared.streams import DELIVERIES, FEEDS


@dataclass(frozen=True)
class Worker:
    """The half that consumes events and sends webhooks; all parts must run."""

    consuming: Consuming
    deliveries: DeliveryWorker
    own_feeds: OwnFeedFilling
    retention: RetentionSweep
    upkeep: Upkeep


@asynccontextmanager
async def open_worker_half(
    settings: FeedSettings, redis: "Redis", tally: Tally, *, clock: Clock
) -> AsyncIterator[Worker]:
    """Make the working half; it works once all of its parts run."""
    inflow = Inflow()
    # Repeats nothing by itself: of a turn, the first answer would be lost.
    turning = connect(redis_url(settings), retries=0)
    registry, queue = Registry(redis, secret_box(settings)), DeliveryQueue(turning)
    async with (
        aclosing(turning),
        open_worker(
            registry,
            queue,
            clock,
            tally,
            rules=AddressRules(settings.allow_private_endpoints),
            schedule=RetrySchedule(settings.retry_schedule),
            user_agent=f"Newswire/{version('newswire')}",
            inflow=inflow,
        ) as deliveries,
    ):
        index = FeedIndex(redis, settings.partitions, partial(tally.arrived, Reached.FEED))
        intake = Intake(redis, registry, queue, clock, wake=deliveries.wake, retention=settings.retention)
        consuming = Consuming(
            redis_url(settings),
            redis,
            partitions=settings.partitions,
            applies={FEEDS: index.apply, DELIVERIES: intake.take},
            clock=clock,
            tally=tally,
            inflow=inflow,
        )
        sweep = RetentionSweep(redis, registry, clock, settings.retention)
        upkeep = Upkeep(
            redis,
            settings.partitions,
            events=timedelta(days=settings.keep_events_days),
            dead_letters=timedelta(days=settings.keep_dead_days),
        )
        yield Worker(consuming, deliveries, OwnFeedFilling(redis, settings.partitions), sweep, upkeep)
