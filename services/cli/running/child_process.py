"""One child process: started in a session of its own, its output passed on line by line, stopped in time."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

Tell = Callable[[str, str], None]
"""Takes a program's name and a line of it."""

_LONGEST_LINE = 1024 * 1024
_LAST_OUTPUT_SECONDS = 1.0
"""How long output may still arrive after the end: a grandchild may hold the pipe for ever."""


@dataclass(frozen=True)
class Program:
    """What is run; `lifeline` becomes its standard input, and it inherits the file descriptors of `holds`.

    After its end it is not started again before `needed` returns: what it cannot do without is there.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    lifeline: int = asyncio.subprocess.DEVNULL
    holds: tuple[int, ...] = ()
    grace_seconds: float = 15.0
    needed: Callable[[], Awaitable[None]] | None = None


class ChildProcess:
    """A running program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, tell: Tell) -> None:
        self.program = program
        self.last_line = ""
        self._process = process
        self._tell = tell
        self._output = asyncio.create_task(self._pass_on())

    @classmethod
    async def start(cls, program: Program, tell: Tell) -> "ChildProcess":
        """Start the program. Its session is its own: Ctrl-C on the terminal reaches only `newswire up`."""
        process = await asyncio.create_subprocess_exec(
            *program.command,
            env=program.environment,
            stdin=program.lifeline,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=program.holds,
            start_new_session=True,
        )
        return cls(program, process, tell)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Return the exit code once the process has ended and its last lines are passed on."""
        code = await self._process.wait()
        await asyncio.wait([self._output], timeout=_LAST_OUTPUT_SECONDS)
        self._output.cancel()
        return code

    async def stop(self) -> None:
        """End it with SIGTERM, or with SIGKILL when it takes longer than its grace."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), self.program.grace_seconds)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End it and all of its own children at once."""
        # After its end the number may be another process's.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _pass_on(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        rest = b""
        while chunk := await output.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._line(line)
            if len(rest) > _LONGEST_LINE:
                self._line(rest)
                rest = b""
        if rest:
            self._line(rest)

    def _line(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        self.last_line = text or self.last_line
        self._tell(self.program.name, text)
