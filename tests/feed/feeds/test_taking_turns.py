"""Looks at one thing follow one another, and whoever comes during one shares the next."""

import asyncio

import pytest

from services.feed.feeds.taking_turns import TakingTurns


class Seen:
    """Something to look at, which a test holds back and lets go."""

    def __init__(self) -> None:
        self.value = 0
        self.looks = 0
        self.began = asyncio.Condition()
        self.may_end = asyncio.Event()

    async def look(self, key: str) -> int:
        """Return what was there when the look began."""
        self.looks += 1
        seen = self.value
        async with self.began:
            self.began.notify_all()
        await self.may_end.wait()
        if seen < 0:
            raise ValueError(key)
        return seen


async def begun(seen: Seen, looks: int) -> None:
    async with seen.began:
        await seen.began.wait_for(lambda: seen.looks >= looks)


async def test_who_comes_during_a_look_shares_the_next_one() -> None:
    seen = Seen()
    turns = TakingTurns(seen.look)
    first = asyncio.create_task(turns.look("a"))
    await begun(seen, 1)
    seen.value = 1
    later = [asyncio.create_task(turns.look("a")) for _ in range(50)]
    seen.may_end.set()
    assert await first == 0
    assert await asyncio.gather(*later) == [1] * 50
    assert seen.looks == 2


async def test_looks_at_different_things_do_not_wait_for_each_other() -> None:
    seen = Seen()
    turns = TakingTurns(seen.look)
    tasks = [asyncio.create_task(turns.look(key)) for key in "abc"]
    await begun(seen, 3)
    seen.may_end.set()
    assert await asyncio.gather(*tasks) == [0, 0, 0]


async def test_who_gives_up_ends_it_for_nobody_and_an_error_reaches_all() -> None:
    seen = Seen()
    turns = TakingTurns(seen.look)
    seen.value = -1
    impatient, patient = (asyncio.create_task(turns.look("a")) for _ in range(2))
    await begun(seen, 1)
    impatient.cancel()
    seen.may_end.set()
    with pytest.raises(ValueError, match="a"):
        await patient
    seen.value = 2
    assert await turns.look("a") == 2
