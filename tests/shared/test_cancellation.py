"""A cancelled task ends, even when something it awaited swallowed the cancellation."""

import asyncio

import pytest

from shared.cancellation import heed_cancellation


async def swallow_a_cancellation() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return


async def test_a_loop_that_heeds_ends_after_a_swallowed_cancellation() -> None:
    async def loop() -> None:
        while True:
            await swallow_a_cancellation()
            heed_cancellation()

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_task_that_nobody_cancelled_goes_on() -> None:
    heed_cancellation()
