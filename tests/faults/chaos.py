"""Makes the planned faults happen at their times."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.installation import Installation
from tests.faults.partners import Partner
from tests.faults.plan import Fault, Intruder, Kind, Misbehaviour
from tests.faults.processes import owner_of_connection
from tests.faults.proxy import Trap
from tests.faults.stream import KILLS, StreamIntruder

_SIGNALS = {Kind.KILL: signal.SIGKILL, Kind.TERMINATE: signal.SIGTERM}
_DELAY = 0.05
_WORKERS = ("worker", "worker-2")


@dataclass
class Chaos:
    """Does harm to an installation, and afterwards no more."""

    installation: Installation
    partners: dict[str, Partner]
    intruder: StreamIntruder
    done: list[Fault] = field(default_factory=list)
    missed: int = 0
    """Faults whose process was down already."""
    killed_by_poison: int = 0

    def arm(self) -> None:
        """From now on kill every worker that is about to read the event that says so."""
        if self.installation.proxy is not None:
            self.installation.proxy.trap = Trap(KILLS.encode(), to_server=False, spring=self._kill_reader)

    async def run(self, faults: Sequence[Fault]) -> None:
        """Make all of them happen, overlapping as they may, and return when the last one has passed."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
                tasks.create_task(self.make(fault))

    async def make(self, fault: Fault) -> None:
        """Make one fault happen and pass."""
        self.done.append(fault)
        if fault.kind in _SIGNALS:
            self._signal(fault.target, _SIGNALS[fault.kind])
        elif fault.kind is Kind.FREEZE:
            await self._freeze(fault)
        elif fault.kind is Kind.PARTNER:
            await self._let_misbehave(fault)
        elif fault.kind is Kind.STREAM:
            await self.intruder.put(Intruder(fault.target))
        else:
            await self._disturb(fault)

    def _signal(self, name: str, number: int) -> int | None:
        pid = self.installation.pid(name)
        if pid is None:
            self.missed += 1
            return None
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid

    async def _freeze(self, fault: Fault) -> None:
        pid = self._signal(fault.target, signal.SIGSTOP)
        if pid is not None:
            await asyncio.sleep(fault.seconds)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def _let_misbehave(self, fault: Fault) -> None:
        name, how = fault.target.split(" ", 1)
        partner = self.partners[name]
        partner.misbehaves = Misbehaviour(how)
        await asyncio.sleep(fault.seconds)
        partner.behave()

    async def _disturb(self, fault: Fault) -> None:
        proxy = self.installation.proxy
        if proxy is None:
            return
        match fault.kind:
            case Kind.CUT | Kind.RESET:
                proxy.cut(reset=fault.kind is Kind.RESET)
            case Kind.HALF_OPEN:
                proxy.half_open()
                await asyncio.sleep(fault.seconds)
                proxy.end_half_open()
            case Kind.SILENT:
                proxy.silence(on=True)
                await asyncio.sleep(fault.seconds)
                proxy.silence(on=False)
            case Kind.SLOW:
                proxy.delay = _DELAY
                await asyncio.sleep(fault.seconds)
                proxy.delay = 0.0
            case Kind.REFUSE:
                proxy.refuse(on=True)
                await asyncio.sleep(fault.seconds)
                proxy.refuse(on=False)

    def _kill_reader(self, port: int) -> bool:
        running = self.installation.pids()
        workers = [running[name] for name in _WORKERS if name in running]
        reader = owner_of_connection(port, workers)
        if reader is not None:
            self.killed_by_poison += 1
            os.kill(reader, signal.SIGKILL)
        return True
