"""Starting and stopping `python -m services.feed` as an operator does."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from redis import Redis as BlockingRedis

from tests.conftest import ValkeyServer, a_free_port, wait_until

ROOT = Path(__file__).parents[2]


def start(folder: Path, port: int, url: str, *options: str) -> subprocess.Popen[str]:
    """Start a process of the service in a folder of the test's own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    settings = {"NEWSWIRE_DATA_DIR": str(folder), "NEWSWIRE_FEED_PORT": str(port), "NEWSWIRE_REDIS_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", "services.feed", *options],
        cwd=folder,
        env=known | {"PYTHONPATH": str(ROOT)} | settings,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.TransportError:
        return False


def test_told_to_wait_both_halves_are_ready_once_redis_answers(
    valkey: ValkeyServer, tmp_path: Path, free_port: int
) -> None:
    valkey.kill()
    process = start(tmp_path, free_port, valkey.url, "--wait-for-redis")
    # The key is made when the service is put together, which is all that it does before Redis is there.
    wait_until((tmp_path / "secrets-key").exists, "the service waits")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{free_port}/healthz")
    valkey.start()
    wait_until(lambda: is_ready(free_port), "the service is ready")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize("role", ["web", "worker"])
def test_while_it_waits_a_signal_ends_it_at_once(tmp_path: Path, free_port: int, role: str) -> None:
    process = start(tmp_path, free_port, "redis://127.0.0.1:1/0", "--role", role, "--wait-for-redis")
    wait_until((tmp_path / "secrets-key").exists, "the service waits")
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log) == (-signal.SIGTERM, "")


@pytest.mark.parametrize("password", ["", ":wrong@"], ids=["none", "wrong"])
def test_a_password_that_is_refused_is_no_reason_to_wait(
    valkey: ValkeyServer, tmp_path: Path, free_port: int, password: str
) -> None:
    port = a_free_port()
    with closing(BlockingRedis(unix_socket_path=str(valkey.socket))) as redis:
        redis.config_set("port", port)
        redis.config_set("requirepass", "secret")
    url = f"redis://{password}127.0.0.1:{port}/0"
    process = start(tmp_path, free_port, url, "--role", "worker", "--wait-for-redis")
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_not_told_to_wait_it_says_in_one_sentence_that_redis_is_not_there(
    tmp_path: Path, free_port: int, role: str
) -> None:
    process = start(tmp_path, free_port, "redis://127.0.0.1:1/0", "--role", role)
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)
    assert "cannot be reached" in log


@pytest.mark.parametrize("file", ["admin-token", "read-token", "secrets-key"])
def test_an_empty_token_file_is_one_sentence_and_opens_no_door(
    tmp_path: Path, free_port: int, file: str
) -> None:
    (tmp_path / file).touch()
    process = start(tmp_path, free_port, "redis://127.0.0.1:1/0", "--role", "web")
    _, log = process.communicate(timeout=20)
    assert process.returncode == 1
    assert log.startswith(f"newswire: {tmp_path / file} is empty: ")
    assert log.count("\n") == 1
