"""What the runbook promises: a copied data folder is a backup, and a move to another Redis loses nothing."""

import shutil
import signal
from pathlib import Path

import httpx

from tests.conftest import ValkeyServer, wait_until
from tests.journeys.test_two_commands import TITLES, Up


def accept(up: Up, title: str) -> None:
    token = up.call("token", "--ingest").stdout.strip()
    answer = httpx.post(
        f"http://127.0.0.1:{up.environment['NEWSWIRE_INGEST_PORT']}/articles",
        json={"title": title},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202, answer.text


def shown(up: Up, titles: set[str]) -> None:
    wait_until(lambda: up.titles() == titles, f"the feed shows {sorted(titles)}", 40)


def test_a_copied_data_folder_brings_everything_back(tmp_path: Path) -> None:
    up = Up(tmp_path)
    with up.running() as process:
        shown(up, TITLES)
        token = up.call("token").stdout
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    shutil.copytree(up.data_dir, tmp_path / "backup", symlinks=True)
    with up.running() as process:
        accept(up, "Written after the backup")
        shown(up, TITLES | {"Written after the backup"})
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    shutil.rmtree(up.data_dir)
    shutil.copytree(tmp_path / "backup", up.data_dir, symlinks=True)
    with up.running() as process:
        shown(up, TITLES)
        assert up.call("token").stdout == token
        assert "published" not in up.output().split("seed   |")[-1]  # the seeds are known
        assert up.call("doctor").returncode == 0
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_an_installation_moves_to_another_redis_and_cannot_be_started_on_the_old_one(
    tmp_path: Path, valkey: ValkeyServer
) -> None:
    up = Up(tmp_path)
    with up.running() as process:
        shown(up, TITLES)
        refused = up.call("migrate", "--to", valkey.url)
        assert refused.returncode == 1
        assert "holds the data folder" in refused.stderr  # it runs
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    moved = up.call("migrate", "--to", valkey.url)
    assert moved.returncode == 0, moved.stderr
    stuck = up.call("up")
    assert stuck.returncode == 1
    assert f"was moved to {valkey.url}" in stuck.stderr
    up.environment["NEWSWIRE_REDIS_URL"] = valkey.url
    with up.running() as process:
        shown(up, TITLES)
        accept(up, "Written after the move")
        shown(up, TITLES | {"Written after the move"})
        process.send_signal(signal.SIGTERM)
        process.wait(60)
