"""Starting and stopping `python -m services.ingest` as an operator does."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from shared import keys
from shared.streams import GROUPS
from tests.conftest import ValkeyServer, wait_until

ROOT = Path(__file__).parents[2]


def _start(folder: Path, port: int, settings: dict[str, str], *options: str) -> subprocess.Popen[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "services.ingest", *options],
        cwd=folder,
        env=known
        | {"PYTHONPATH": str(ROOT), "NEWSWIRE_DATA_DIR": str(folder), "NEWSWIRE_INGEST_PORT": str(port)}
        | settings,
        stderr=subprocess.PIPE,
        text=True,
    )


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def test_it_serves_with_a_token_of_its_own_and_stops_when_asked(
    valkey: ValkeyServer, redis: Redis, tmp_path: Path, free_port: int
) -> None:
    process = _start(tmp_path, free_port, {"NEWSWIRE_REDIS_URL": valkey.url, "NEWSWIRE_PARTITIONS": "2"})
    wait_until(lambda: _is_ready(free_port), "ingest is ready")
    token = (tmp_path / "ingest-token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}", headers=headers) as client:
        answer = await client.post("/articles", json={"title": "Ice"})
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=20)

    assert answer.status_code == httpx.codes.ACCEPTED
    assert process.returncode == 0
    assert "article.accepted" in log
    assert token not in log
    for partition in range(2):
        groups = await redis.xinfo_groups(keys.events(partition))
        assert {group["name"].decode() for group in groups} == set(GROUPS)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"NEWSWIRE_REDIS_URL": "redis://:secret@127.0.0.1:1/0"}, "cannot be reached"),
        ({"NEWSWIRE_PARTITIONS": "0"}, "NEWSWIRE_PARTITIONS"),
        ({"NEWSWIRE_INGEST_PROT": "1"}, "NEWSWIRE_INGEST_PROT"),
    ],
)
def test_what_stands_in_its_way_is_one_plain_sentence(
    tmp_path: Path, free_port: int, settings: dict[str, str], sentence: str
) -> None:
    process = _start(tmp_path, free_port, settings)
    _, log = process.communicate(timeout=20)

    assert process.returncode == 1
    assert sentence in log
    assert log.count("\n") == 1
    assert "secret" not in log


async def test_a_port_in_use_and_another_number_of_partitions_are_named(
    valkey: ValkeyServer, redis: Redis, tmp_path: Path
) -> None:
    await redis.set(keys.partitions_registry(), 3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = _start(tmp_path, port, {"NEWSWIRE_REDIS_URL": valkey.url})
        _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)
    assert "NEWSWIRE_INGEST_PORT" in log

    process = _start(tmp_path, port, {"NEWSWIRE_REDIS_URL": valkey.url})
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)
    assert "NEWSWIRE_PARTITIONS" in log


def test_told_to_wait_it_is_ready_once_redis_answers(
    valkey: ValkeyServer, tmp_path: Path, free_port: int
) -> None:
    valkey.kill()
    process = _start(tmp_path, free_port, {"NEWSWIRE_REDIS_URL": valkey.url}, "--wait-for-redis")
    # The token is made when the service is put together, which is all that it does before Redis is there.
    wait_until((tmp_path / "ingest-token").exists, "ingest waits")
    assert not _is_ready(free_port)
    valkey.start()
    wait_until(lambda: _is_ready(free_port), "ingest is ready")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_it_waits_a_signal_ends_it_at_once(
    tmp_path: Path, free_port: int, number: signal.Signals
) -> None:
    settings = {"NEWSWIRE_REDIS_URL": "redis://127.0.0.1:1/0"}
    process = _start(tmp_path, free_port, settings, "--wait-for-redis")
    wait_until((tmp_path / "ingest-token").exists, "ingest waits")
    process.send_signal(number)
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log) == (-number, "")


def test_told_to_wait_it_still_refuses_bad_settings_at_once(tmp_path: Path, free_port: int) -> None:
    settings = {"NEWSWIRE_REDIS_URL": "redis://127.0.0.1:1/0", "NEWSWIRE_PARTITIONS": "0"}
    process = _start(tmp_path, free_port, settings, "--wait-for-redis")
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)
    assert "NEWSWIRE_PARTITIONS" in log


async def test_told_to_wait_it_does_not_wait_for_a_redis_that_refuses_its_password(
    valkey: ValkeyServer, redis: Redis, tmp_path: Path, free_port: int
) -> None:
    await redis.config_set("requirepass", "secret")
    process = _start(tmp_path, free_port, {"NEWSWIRE_REDIS_URL": valkey.url}, "--wait-for-redis")
    _, log = process.communicate(timeout=20)
    assert (process.returncode, log.count("\n")) == (1, 1)
    assert valkey.url in log


def test_an_empty_token_file_is_one_sentence_and_opens_no_door(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "ingest-token").touch()
    process = _start(tmp_path, free_port, {"NEWSWIRE_REDIS_URL": "redis://127.0.0.1:1/0"})
    _, log = process.communicate(timeout=20)
    assert process.returncode == 1
    assert log.startswith(f"newswire: {tmp_path / 'ingest-token'} is empty: ")
    assert log.count("\n") == 1
