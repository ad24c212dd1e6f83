"""Programs are kept running, their words passed on, and stopped stage by stage."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.cli.running.child_process import Program
from services.cli.running.supervisor import Supervisor, next_delay
from tests.cli.running.children import LASTING, Told, a_program, until


@asynccontextmanager
async def supervising(*programs: Program) -> AsyncIterator[tuple[Supervisor, Told]]:
    told = Told()
    supervisor = Supervisor(told)
    try:
        for program in programs:
            supervisor.start(program)
        yield supervisor, told
    finally:
        await supervisor.stop([program.name for program in programs])


def test_the_delay_doubles_to_ten_seconds() -> None:
    delays = [0.0]
    for _ in range(8):
        delays.append(next_delay(delays[-1], lived=1))
    assert delays[1:] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]


def test_the_delay_starts_anew_after_half_a_minute_of_life() -> None:
    assert next_delay(10, lived=30) == 0.2


async def test_a_killed_program_is_started_again() -> None:
    async with supervising(a_program("web", LASTING)) as (supervisor, told):
        await until(lambda: "runs" in told.of("web"), "it runs")
        supervisor.settled()
        first = supervisor.pid("web")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: told.of("web").count("runs") == 2, "it runs again")
        assert supervisor.pid("web") != first
        assert "ended (exit code -9); started again in 0.2 s" in told.of("web")


async def test_a_program_that_dies_again_and_again_is_started_ever_more_slowly() -> None:
    async with supervising(a_program("web", LASTING)) as (supervisor, told):
        supervisor.settled()
        for count in (1, 2, 3):
            await until(lambda count=count: told.of("web").count("runs") == count, "it runs")  # type: ignore[misc]
            os.kill(supervisor.pid("web") or 0, signal.SIGKILL)
        await until(lambda: len(told.of("web")) == 6, "it died three times")
        assert [line.split()[-2] for line in told.of("web") if "ended" in line] == ["0.2", "0.4", "0.8"]


async def test_a_program_is_started_again_only_when_what_it_needs_is_there() -> None:
    asked, there = asyncio.Event(), asyncio.Event()

    async def needed() -> None:
        asked.set()
        await there.wait()

    async with supervising(replace(a_program("web", LASTING), needed=needed)) as (supervisor, told):
        await until(lambda: told.of("web") == ["runs"], "it runs at once")
        supervisor.settled()
        os.kill(supervisor.pid("web") or 0, signal.SIGKILL)
        async with asyncio.timeout(20):
            await asked.wait()
        assert told.of("web").count("runs") == 1
        there.set()
        await until(lambda: told.of("web").count("runs") == 2, "it runs again")


async def test_a_program_is_started_again_when_nobody_can_tell_whether_what_it_needs_is_there() -> None:
    async def needed() -> None:
        raise OSError(24, "Too many open files")

    async with supervising(replace(a_program("web", LASTING), needed=needed)) as (supervisor, told):
        await until(lambda: told.of("web") == ["runs"], "it runs at once")
        supervisor.settled()
        os.kill(supervisor.pid("web") or 0, signal.SIGKILL)
        await until(lambda: told.of("web").count("runs") == 2, "it runs again")
        assert any("Too many open files" in line for line in told.of("web"))


async def test_a_program_that_waits_for_what_it_needs_can_be_stopped() -> None:
    asked = asyncio.Event()

    async def needed() -> None:
        asked.set()
        await asyncio.Event().wait()

    async with (
        asyncio.timeout(20),
        supervising(replace(a_program("web", LASTING), needed=needed)) as (one, told),
    ):
        await until(lambda: told.of("web") == ["runs"], "it runs")
        one.settled()
        os.kill(one.pid("web") or 0, signal.SIGKILL)
        await asked.wait()


async def test_a_program_that_dies_at_the_start_ends_the_start_with_its_last_words() -> None:
    bad = a_program("ingest", "import sys; print('loading'); sys.exit('newswire: NEWSWIRE_PARTITIONS: no')")
    async with supervising(bad) as (supervisor, _):
        assert str(await supervisor.failed) == "ingest could not start: NEWSWIRE_PARTITIONS: no"


async def test_a_program_that_is_not_there_ends_the_start() -> None:
    async with supervising(Program("ingest", ("/nowhere/python",))) as (supervisor, _):
        assert "/nowhere/python" in str(await supervisor.failed)


async def test_every_line_is_passed_on_also_long_ones_and_the_last_one() -> None:
    source = "import sys; sys.stdout.write('a' * 200_000 + '\\nsecond\\n'); sys.stderr.write('last')"
    told = Told()
    assert await Supervisor(told).run_once(a_program("seed", source)) == 0
    assert told.of("seed") == ["a" * 200_000, "second", "last"]


STOPPING = """
import signal, sys
def stop(*_):
    print("stopped")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("runs")
signal.pause()
"""


async def test_programs_are_stopped_stage_by_stage() -> None:
    names = ("valkey", "web", "ingest")
    async with supervising(*(a_program(name, STOPPING) for name in names)) as (supervisor, told):
        await until(lambda: len(told.lines) == 3, "all run")
        supervisor.settled()
        await supervisor.stop(["ingest"], ["web"], ["valkey"])
        assert told.lines[3:] == [("ingest", "stopped"), ("web", "stopped"), ("valkey", "stopped")]


DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('runs')\nwhile True: signal.pause()"
)


async def test_a_program_that_does_not_stop_is_killed_after_its_grace() -> None:
    async with supervising(a_program("web", DEAF, grace_seconds=0.2)) as (supervisor, told):
        await until(lambda: told.of("web") == ["runs"], "it runs")
        pid = supervisor.pid("web") or 0
        await supervisor.stop(["web"])
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_kill_ends_everything_at_once() -> None:
    async with supervising(a_program("web", DEAF), a_program("ingest", DEAF)) as (supervisor, told):
        await until(lambda: len(told.lines) == 2, "both run")
        supervisor.kill()
        await supervisor.stop(["web", "ingest"])
        assert told.lines[2:] == []
