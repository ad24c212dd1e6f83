"""Callers share rounds, and neither their order nor their misfortunes."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from services.ingest.together import Together


class Rounds:
    """Doubles numbers and notes which it was handed together; a round waits while it is held."""

    def __init__(self, *, held: bool = False) -> None:
        self.seen: list[list[int]] = []
        self.fails_at: dict[int, Exception] = {}
        self.go = asyncio.Event()
        self._begun = asyncio.Semaphore(0)
        if not held:
            self.go.set()

    async def double(self, numbers: Sequence[int]) -> list[int]:
        """Do one round."""
        self.seen.append(list(numbers))
        self._begun.release()
        await self.go.wait()
        for number in numbers:
            if number in self.fails_at:
                raise self.fails_at[number]
        return [2 * number for number in numbers]

    async def begin(self, wanted: int) -> None:
        """Wait until so many more rounds have begun."""
        async with asyncio.timeout(10):
            for _ in range(wanted):
                await self._begun.acquire()


async def test_those_who_come_while_a_round_is_under_way_share_the_next() -> None:
    rounds = Rounds(held=True)
    together = Together(rounds.double, most=100, side_by_side=2)
    first = asyncio.create_task(together.ask([1]))
    await rounds.begin(1)
    others = asyncio.gather(*[together.ask([number, -number]) for number in (2, 3)])
    # They ask; then a round beside the first would have begun.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rounds.seen == [[1]]
    rounds.go.set()

    assert await first == [2]
    assert await others == [[4, -4], [6, -6]]
    assert rounds.seen == [[1], [2, -2, 3, -3]]


async def test_another_round_begins_beside_it_when_a_whole_one_waits() -> None:
    rounds = Rounds(held=True)
    together = Together(rounds.double, most=3, side_by_side=2)
    asking = [asyncio.create_task(together.ask(numbers)) for numbers in ([1], [2, 3], [4], [5, 6], [8])]
    await rounds.begin(2)
    assert rounds.seen == [[1, 2, 3], [4, 5, 6]]
    rounds.go.set()

    assert await asyncio.gather(*asking) == [[2], [4, 6], [8], [10, 12], [16]]
    assert rounds.seen[2:] == [[8]]
    assert await together.ask([9]) == [18]


async def test_what_one_asked_for_is_done_in_its_order_while_others_have_rounds_beside_it() -> None:
    rounds = Rounds()
    together = Together(rounds.double, most=2, side_by_side=2)
    low, high = await asyncio.gather(together.ask(range(6)), together.ask(range(10, 16)))

    assert low == [0, 2, 4, 6, 8, 10]
    assert high == [20, 22, 24, 26, 28, 30]
    for tens in (0, 1):
        done = [number for numbers in rounds.seen for number in numbers if number // 10 == tens]
        assert done == sorted(done)


async def test_a_round_beside_the_one_that_met_an_outage_ends_for_itself() -> None:
    rounds = Rounds(held=True)
    rounds.fails_at[1] = RedisConnectionError("gone")
    together = Together(rounds.double, most=2, side_by_side=2)
    asking = [asyncio.create_task(together.ask(numbers)) for numbers in ([1, 2], [3, 4], [5])]
    await rounds.begin(2)
    rounds.go.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert answers == [rounds.fails_at[1], [6, 8], rounds.fails_at[1]]
    assert await together.ask([7]) == [14]


async def test_whoever_asks_for_very_much_lets_others_in_between() -> None:
    rounds = Rounds()
    together = Together(rounds.double, most=4)
    much, little = await asyncio.gather(together.ask(range(10)), together.ask([100]))

    assert much == [2 * number for number in range(10)]
    assert little == [200]
    assert rounds.seen == [[0, 1, 2, 3], [100, 4, 5, 6], [7, 8, 9]]
    assert await together.ask([]) == []


async def test_a_round_takes_fewer_of_what_weighs_more() -> None:
    rounds = Rounds()
    together = Together(rounds.double, most=10, weigh=lambda number: number)
    await asyncio.gather(together.ask([4, 4, 4, 4]), together.ask([100]), together.ask([1]))

    assert rounds.seen == [[4, 4, 4], [100], [1, 4]]


async def test_what_one_asked_for_in_vain_spoils_nothing_for_others() -> None:
    rounds = Rounds()
    rounds.fails_at[2] = ValueError("two")
    together = Together(rounds.double, most=100)
    answers = await asyncio.gather(*[together.ask([n]) for n in range(4)], return_exceptions=True)

    assert answers[:2] + answers[3:] == [[0], [2], [6]]
    assert answers[2] is rounds.fails_at[2]
    assert rounds.seen == [[0, 1, 2, 3], [0], [1], [2], [3]]


async def test_an_outage_is_told_to_all_at_once() -> None:
    rounds = Rounds()
    rounds.fails_at[2] = RedisConnectionError("gone")
    together = Together(rounds.double, most=100)
    answers = await asyncio.gather(*[together.ask([n]) for n in range(4)], return_exceptions=True)

    assert answers == [rounds.fails_at[2]] * 4
    assert len(rounds.seen) == 1
    with pytest.raises(RedisConnectionError):
        await together.ask([2])
    assert await together.ask([3]) == [6]


async def test_whoever_gives_up_waiting_holds_up_nobody() -> None:
    rounds = Rounds(held=True)
    together = Together(rounds.double, most=2)
    impatient = asyncio.create_task(together.ask(range(6)))
    await rounds.begin(1)
    patient = asyncio.create_task(together.ask([100]))
    impatient.cancel()
    with suppress(asyncio.CancelledError):
        await impatient
    rounds.go.set()

    assert await patient == [200]
    assert rounds.seen == [[0, 1], [100]]
