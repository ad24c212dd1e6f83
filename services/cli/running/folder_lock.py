"""One `newswire up` per data folder: a lock that the kernel takes back, however its holders end.

The lock is an `flock` on a file; the services inherit it, so it is free only when every process of a run is
gone, also after `newswire up` itself was killed.
"""

import fcntl
import os
import time
from pathlib import Path

from services.cli.command_error import CommandError

LOCK_FILE = "lock"
_LEFTOVERS_SECONDS = 30.0
"""How long the services of a killed `newswire up` may take to stop by themselves."""


def take_lock(data_dir: Path, *, leftovers_seconds: float = _LEFTOVERS_SECONDS) -> int:
    """Return the file descriptor that holds the data folder, making the folder on first use (mode 0700).

    Raises `CommandError` when another `newswire up` holds it. When that one is dead and only its services are
    still stopping, they are waited for.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CommandError(f"The data folder {data_dir} cannot be used: {error.strerror}.") from error
    end = time.monotonic() + leftovers_seconds
    while not _try(held):
        owner = _owner(held)
        if time.monotonic() > end or (owner is not None and _lives(owner)):
            os.close(held)
            raise CommandError(
                f"Another newswire {f'(process {owner}) ' if owner else ''}holds the data folder {data_dir}: "
                "stop it, or give another folder with --data-dir."
            )
        time.sleep(0.05)
    os.ftruncate(held, 0)
    os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
    return held


def _try(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(held: int) -> int | None:
    written = os.pread(held, 32, 0).decode(errors="replace").strip()
    return int(written) if written.isdecimal() else None


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
