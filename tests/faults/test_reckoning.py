"""What the harness reckons with: what is left to do, how slow the machine is, and what publishers send."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.faults.operator import Operator, work_left
from tests.faults.publishers import kind_of
from tests.faults.strain import Sample, Strain


def a_backlog(*, lag: int | None = 0, due: int = 0) -> dict[str, Any]:
    """Return a backlog of one group and two endpoints, the first of which has deliveries due."""
    endpoints = [
        {"due": number, "retrying": 0, "past_due": number, "dead": 0, "endpoint": name}
        for name, number in (("one", due), ("other", 0))
    ]
    streams = [{"lag": lag, "pending": 0}]
    return {"redis_reachable": True, "streams": streams, "endpoints": endpoints}


@asynccontextmanager
async def an_operator(backlog: Callable[[int], dict[str, Any]]) -> AsyncIterator[Operator]:
    """Return an operator of a service that tells this backlog at the look of this number."""
    looks = 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal looks
        looks += 1
        return web.json_response(backlog(looks))

    app = web.Application()
    app.router.add_get("/api/backlog", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Operator(http, f"http://127.0.0.1:{runner.addresses[0][1]}", "a token")
    finally:
        await runner.cleanup()


async def test_what_gets_less_is_waited_for_however_long_it_takes() -> None:
    async with an_operator(lambda look: a_backlog(due=5 - look)) as operator:
        done, _, backlog = await operator.worked_off(0)
    assert done
    assert work_left(backlog) == 0


async def test_what_does_not_get_less_is_given_up() -> None:
    async with an_operator(lambda _: a_backlog(due=5)) as operator:
        done, _, backlog = await operator.worked_off(0)
    assert not done
    assert work_left(backlog) == 5


def test_an_event_that_becomes_deliveries_makes_no_more_work() -> None:
    assert work_left(a_backlog(lag=3, due=1)) == 7
    assert work_left(a_backlog(lag=2, due=3)) == 7
    assert work_left(a_backlog(lag=None)) == float("inf")


def test_a_machine_is_as_slow_as_its_work_is_and_does_nothing_while_it_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Strain, "quickest", 0.001)
    assert Strain().factor == 1
    assert Strain([Sample(1, 0, 0.001)]).factor == 1
    assert Strain([Sample(1, 0, 0.002)]).factor == pytest.approx(2)
    assert Strain([Sample(1, 0, 0.001), Sample(1, 0, 0.002)]).factor == pytest.approx(4 / 3)
    assert Strain([Sample(1, 0, 0.001), Sample(4, 3, 0.001)]).factor == pytest.approx(5 / 2)


def test_articles_are_of_every_kind_in_any_stretch_of_a_run() -> None:
    for first in (1, 1000, 100_000):
        kinds = Counter(kind_of(f"p1-0.{number}") for number in range(first, first + 300))
        assert set(kinds) == {"article", "commentary", "report"}
        assert min(kinds.values()) >= 90
