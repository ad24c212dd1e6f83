"""Keep programs running: restart one that dies, with back-off, and stop them stage by stage."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.cli.command_error import CommandError
from services.cli.running.child_process import ChildProcess, Program, Tell

_FIRST_DELAY = 0.2
_LONGEST_DELAY = 10.0
_LIVED_WELL_SECONDS = 30.0
_SOON_SECONDS = 1.0


def next_delay(previous: float, lived: float) -> float:
    """Return the seconds before a restart: 0.2, doubling to 10; from 0.2 again after 30 s of life."""
    if lived >= _LIVED_WELL_SECONDS or previous == 0:
        return _FIRST_DELAY
    return min(_LONGEST_DELAY, previous * 2)


@dataclass(frozen=True)
class _End:
    """How a program ended, and the last that it said."""

    how: str
    last_line: str = ""


class _Kept:
    """One program that is kept running."""

    def __init__(self, program: Program, supervisor: "Supervisor") -> None:
        self.child: ChildProcess | None = None
        self.stopping = asyncio.Event()
        self._program = program
        self._supervisor = supervisor
        self.task = asyncio.create_task(self._keep_running())

    async def _keep_running(self) -> None:
        clock = asyncio.get_running_loop()
        delay = 0.0
        while not self.stopping.is_set():
            began = clock.time()
            end = await self._run_to_its_end()
            if self.stopping.is_set():
                return
            delay = next_delay(delay, clock.time() - began)
            self._supervisor.take_note(self._program.name, end, delay)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), delay)
            if self._program.needed is not None:
                await self._unless_stopped(self._program.needed())

    async def _unless_stopped(self, needed: Awaitable[None]) -> None:
        """Wait for what the program needs: without it each start would end in vain, ever more slowly."""
        waiting = asyncio.ensure_future(needed)
        stopping = asyncio.create_task(self.stopping.wait())
        either: list[asyncio.Future[Any]] = [waiting, stopping]
        done, _ = await asyncio.wait(either, timeout=_SOON_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            self._supervisor.tell(self._program.name, "waits until what it needs is there")
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for task in either:
            task.cancel()
        (result,) = await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(result, Exception):
            # No reason to leave the program down: it is started, and tells itself what it lacks.
            self._supervisor.tell(self._program.name, f"cannot tell whether what it needs is there: {result}")

    async def _run_to_its_end(self) -> "_End":
        try:
            self.child = await ChildProcess.start(self._program, self._supervisor.tell)
        except OSError as error:  # no memory or no process to be had just now
            return _End(f"it cannot be run: {error}")
        if self.stopping.is_set():
            await self.child.stop()
        code = await self.child.wait()
        return _End(f"exit code {code}", self.child.last_line)

    async def stop(self) -> None:
        self.stopping.set()
        if self.child is not None:
            await self.child.stop()
        await self.task


class Supervisor:
    """Runs programs under their names.

    Until `settled` is called a program that ends is a failed start: `failed` then holds the reason, since
    trying a bad setting again would only repeat its message. From then on it is restarted.
    """

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.failed: asyncio.Future[CommandError] = asyncio.get_running_loop().create_future()
        self._settled = False
        self._kept: dict[str, _Kept] = {}

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._kept[program.name] = _Kept(program, self)

    def settled(self) -> None:
        """Restart what dies from now on."""
        self._settled = True

    def pid(self, name: str) -> int | None:
        """Return the process id under which a program runs or last ran."""
        child = self._kept[name].child
        return None if child is None else child.pid

    async def run_once(self, program: Program) -> int:
        """Run a program to its end and return its exit code; a cancelled run is stopped."""
        child = await ChildProcess.start(program, self.tell)
        try:
            return await child.wait()
        except asyncio.CancelledError:
            await child.stop()
            raise

    async def stop(self, *stages: Iterable[str]) -> None:
        """Stop the programs of each stage together, one stage after the other."""
        for stage in stages:
            await asyncio.gather(*(self._kept[name].stop() for name in stage if name in self._kept))

    def kill(self) -> None:
        """End everything at once; `stop` then has nothing left to wait for."""
        for kept in self._kept.values():
            kept.stopping.set()
            if kept.child is not None:
                kept.child.kill()

    def take_note(self, name: str, end: _End, delay: float) -> None:
        """Say that a program ended; before `settled` that is the end of the start."""
        if self._settled:
            self.tell(name, f"ended ({end.how}); started again in {delay:g} s")
            return
        self._kept[name].stopping.set()
        if not self.failed.done():
            reason = end.last_line.removeprefix("newswire: ") or end.how
            self.failed.set_result(CommandError(f"{name} could not start: {reason}"))
