"""Processes seen from outside, through Linux's /proc: who is whose child, what it holds, what it uses."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)
_ADDRESS, _INODE = 1, 9
_USER_TICKS, _SYSTEM_TICKS = 11, 12
"""Columns of /proc/net/tcp; of /proc/PID/stat, counted behind the command's name (`man 5 proc`)."""


@dataclass(frozen=True)
class Footprint:
    """What a process uses: memory in MiB, open sockets, threads, and CPU seconds since its start."""

    memory: float
    sockets: int
    threads: int
    cpu: float


def command_of(pid: int) -> str:
    """Return the command line, empty when there is no such process."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except _GONE:
        return ""


def children(pid: int) -> list[int]:
    """Return the ids of the children."""
    found: list[int] = []
    for task in _entries(PROC / str(pid) / "task"):
        with suppress(*_GONE):
            found += map(int, (task / "children").read_text().split())
    return found


def descendants(pid: int) -> Iterator[int]:
    """Yield the ids of the children, and of theirs."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def footprint(pid: int) -> Footprint | None:
    """Return what the process uses, None when there is no such process."""
    try:
        status = dict(
            line.split(":\t", 1)
            for line in (PROC / str(pid) / "status").read_text().splitlines()
            if ":\t" in line
        )
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except _GONE:
        return None
    ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
    return Footprint(
        memory=int(status.get("VmRSS", "0 kB").split()[0]) / 1024,
        sockets=len(list(_sockets(pid))),
        threads=int(status["Threads"]),
        cpu=ticks / os.sysconf("SC_CLK_TCK"),
    )


def owner_of_connection(port: int, candidates: Iterable[int]) -> int | None:
    """Return which of the processes holds the connection that comes from this port of 127.0.0.1."""
    wanted = f"0100007F:{port:04X}"
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[_ADDRESS] == wanted:
            link = f"socket:[{columns[_INODE]}]"
            return next((pid for pid in candidates if link in _sockets(pid)), None)
    return None


def _sockets(pid: int) -> Iterator[str]:
    for entry in _entries(PROC / str(pid) / "fd"):
        with suppress(*_GONE):
            target = str(entry.readlink())
            if target.startswith("socket:"):
                yield target


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except _GONE:
        return []
