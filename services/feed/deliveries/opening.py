"""Puts a worker together with what it needs, and takes it apart in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.abc import AbstractResolver

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.attempting import Attempting
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.recorder import Recorder
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.sender import TIMEOUT_SECONDS, open_sender
from services.feed.deliveries.worker import DeliveryWorker
from services.feed.inflow import Inflow
from services.feed.measures.tally import Tally
from shared.clock import Clock


@asynccontextmanager
async def open_worker(
    registry: Registry,
    queue: DeliveryQueue,
    clock: Clock,
    tally: Tally,
    *,
    rules: AddressRules,
    schedule: RetrySchedule,
    user_agent: str,
    timeout: float = TIMEOUT_SECONDS,  # noqa: ASYNC109 - of each attempt, not of this function
    resolver: AbstractResolver | None = None,
    sweep: float = 5.0,
    grace: float = 5.0,
    inflow: Inflow | None = None,
) -> AsyncIterator[DeliveryWorker]:
    """Yield a worker whose `run` is the caller's to start and to cancel; times are in seconds."""
    async with open_sender(rules, user_agent=user_agent, timeout=timeout, resolver=resolver) as sender:
        recorder = Recorder()
        attempting = Attempting(sender, recorder, registry, clock, schedule, tally=tally)
        yield DeliveryWorker(
            registry, queue, recorder, attempting, clock, sweep=sweep, grace=grace, inflow=inflow
        )
