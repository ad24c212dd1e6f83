"""However `newswire up` ends, what it started ends too, in order, and the next start finds all as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis

from services.cli.command_error import CommandError
from services.cli.running.folder_lock import take_lock
from services.cli.running.valkey import valkey_folder
from shared.redis_address import embedded_socket
from tests.conftest import wait_until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Make a data folder whose path is short enough for a socket."""
    with TemporaryDirectory(prefix="nw-") as folder:
        yield Path(folder)
        os.close(take_lock(Path(folder)))
        wait_until(lambda: not embedded_socket(Path(folder)).exists(), "Valkey has stopped")


@contextmanager
def small_up(data_dir: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run it until its service runs; it is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.running.small_up", str(data_dir)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"
        try:
            yield process
        finally:
            process.kill()


def valkey_stopped(data_dir: Path) -> bool:
    return "ready to exit" in (valkey_folder(data_dir) / "valkey.log").read_text()


def test_kill_9_leaves_nothing_behind_and_loses_nothing(data_dir: Path) -> None:
    with small_up(data_dir):
        pass
    # The services hold the lock too: having it means that they are gone.
    os.close(take_lock(data_dir))
    wait_until(lambda: valkey_stopped(data_dir), "Valkey has stopped")
    with small_up(data_dir), Redis(unix_socket_path=str(embedded_socket(data_dir))) as redis:
        assert redis.get("stopped") == b"in order"


def test_a_start_right_after_kill_9_waits_for_what_is_still_stopping(data_dir: Path) -> None:
    with small_up(data_dir) as first:
        first.kill()
        with small_up(data_dir), Redis(unix_socket_path=str(embedded_socket(data_dir))) as redis:
            assert redis.get("stopped") == b"in order"


def test_a_data_folder_that_another_instance_holds_is_one_plain_sentence(data_dir: Path) -> None:
    with small_up(data_dir) as other:
        with pytest.raises(CommandError) as error:
            take_lock(data_dir)
        assert str(error.value) == (
            f"Another newswire (process {other.pid}) holds the data folder {data_dir}: "
            "stop it, or give another folder with --data-dir."
        )


def test_what_does_not_stop_is_not_waited_for_for_ever(data_dir: Path) -> None:
    held = take_lock(data_dir)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    os.pwrite(held, f"{dead.pid}\n".encode(), 0)
    os.ftruncate(held, len(f"{dead.pid}\n"))
    with pytest.raises(CommandError, match="holds the data folder"):
        take_lock(data_dir, leftovers_seconds=0.1)
    os.close(held)


def test_a_data_folder_that_cannot_be_used_is_one_plain_sentence(data_dir: Path) -> None:
    (data_dir / "file").touch()
    with pytest.raises(CommandError, match="cannot be used: Not a directory"):
        take_lock(data_dir / "file" / "kept")
