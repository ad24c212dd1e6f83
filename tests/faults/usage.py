"""What the processes use when there is nothing to do."""

from tests.faults.installation import Installation
from tests.faults.processes import Footprint, footprint
from tests.faults.report import Finding

_MOST_MEMORY, _MOST_SOCKETS, _MOST_THREADS = 600.0, 150, 48
"""Of one process of ours at rest: MiB, and numbers."""


def at_rest(installation: Installation) -> Finding:
    """Tell whether every process uses no more than it may when there is nothing to do."""
    used = {
        name: found
        for name, pid in installation.pids().items()
        if name != "valkey" and (found := footprint(pid)) is not None
    }
    return Finding(
        "at rest memory, sockets and threads are what they should be",
        bool(used) and all(_is_modest(one) for one in used.values()),
        ", ".join(f"{n} {u.memory:.0f} MiB {u.sockets}/{u.threads}" for n, u in used.items()),
    )


def _is_modest(used: Footprint) -> bool:
    return used.memory <= _MOST_MEMORY and used.sockets <= _MOST_SOCKETS and used.threads <= _MOST_THREADS
