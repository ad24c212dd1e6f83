"""Small programs for the supervisor to run, and what they told it."""

import asyncio
import os
import sys
from collections.abc import Callable

from services.cli.running.child_process import Program


def a_program(name: str, source: str, *, grace_seconds: float = 15.0) -> Program:
    """Return a program that runs these lines of Python."""
    command = (sys.executable, "-u", "-c", source)
    return Program(name, command, dict(os.environ), grace_seconds=grace_seconds)


LASTING = "import signal; print('runs'); signal.pause()"


class Told:
    """Everything that programs told, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def of(self, name: str) -> list[str]:
        """Return the lines of one program."""
        return [line for teller, line in self.lines if teller == name]


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Return as soon as the condition is true; fail with what was waited for when it never is."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - processes cannot set an event of ours
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain until: {what}") from None
