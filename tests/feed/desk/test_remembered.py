import asyncio

import pytest

from services.feed.desk.remembered import Remembered


class Reading:
    """Counts how often it is asked; fails while told to."""

    def __init__(self) -> None:
        self.times = 0
        self.fails = False

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        if self.fails:
            raise ConnectionError
        return self.times


async def test_those_who_ask_together_share_one_reading() -> None:
    seen, reading = Remembered[int](60.0), Reading()
    assert await asyncio.gather(*(seen.get("x", reading) for _ in range(5))) == [1] * 5
    assert await seen.get("y", reading) == 2
    assert await seen.get("x", reading) == 1


async def test_what_is_old_is_read_anew() -> None:
    seen, reading = Remembered[int](0.0), Reading()
    assert await seen.get("x", reading) == 1
    assert await seen.get("x", reading) == 2


async def test_a_failure_is_not_remembered() -> None:
    seen, reading = Remembered[int](60.0), Reading()
    reading.fails = True
    with pytest.raises(ConnectionError):
        await seen.get("x", reading)
    reading.fails = False
    assert await seen.get("x", reading) == 2


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    seen, reading = Remembered[int](60.0), Reading()
    first = asyncio.create_task(seen.get("x", reading))
    second = asyncio.create_task(seen.get("x", reading))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1


async def test_the_memory_is_bounded() -> None:
    seen, reading = Remembered[int](60.0, most=3), Reading()
    for number in range(10):
        await seen.get(number, reading)
    assert len(seen._answers) <= 4
