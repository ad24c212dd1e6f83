"""`newswire doctor` in front of real ills: what it finds, what it says to do, and how it ends."""

import json
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shared import keys
from shared.streams import GROUPS
from tests.cli.conftest import Ended, Newswire
from tests.conftest import ValkeyServer, a_free_port
from tests.journeys.running import Newswire as Installation
from tests.journeys.running import newswire as running

Findings = list[dict[str, str]]


def examined(
    newswire: Newswire, valkey: ValkeyServer | None, folder: Path, **settings: str
) -> tuple[Ended, Findings]:
    """Run the doctor on an installation of a free pair of ports."""
    ports = {"NEWSWIRE_FEED_PORT": str(a_free_port()), "NEWSWIRE_INGEST_PORT": str(a_free_port())}
    url = {"NEWSWIRE_REDIS_URL": valkey.url} if valkey else {}
    ended = newswire("doctor", "--json", "--data-dir", folder, **{**ports, **url, **settings})
    found: Any = json.loads(ended.out)["findings"]
    return ended, found


def bad(found: Findings) -> dict[str, str]:
    """Return what is bad, with its cure."""
    return {one["subject"]: f"{one['told']} → {one['cure']}" for one in found if one["level"] == "bad"}


@pytest.fixture
def folder(tmp_path: Path, newswire: Newswire) -> Path:
    """Make a data folder with its tokens."""
    folder = tmp_path / "data"
    for option in ((), ("--read",), ("--ingest",)):
        newswire("token", *option, "--data-dir", folder)
    return folder


@pytest.fixture
def store(valkey: ValkeyServer) -> "Redis":
    """Put into Valkey what a first start does."""
    client = Redis(unix_socket_path=str(valkey.socket))
    client.set(keys.partitions_registry(), 1)
    for group in GROUPS:
        client.xgroup_create(keys.events(0), group, id="0", mkstream=True)
    client.close()
    return client


@pytest.mark.usefixtures("store")
def test_a_sound_installation_has_nothing_bad(newswire: Newswire, valkey: ValkeyServer, folder: Path) -> None:
    ended, found = examined(newswire, valkey, folder)
    assert bad(found) == {}
    assert ended.code == 0
    told = {one["subject"]: one["told"] for one in found}
    assert told["redis"].startswith("Valkey 9")
    assert told["secrets"] == "3 files, each its owner's alone"
    assert told["consumer groups"] == "all are there"
    assert told["clock"].startswith("this machine and Redis agree")
    assert told["feed service"].startswith("not running; port ")
    assert "is safe after" not in json.dumps(found)  # the disk of Redis is another machine's


@pytest.mark.parametrize(
    ("spoilt", "cure"),
    [
        (("appendfsync", "everysec"), "Set appendfsync always."),
        (("maxmemory-policy", "allkeys-lru"), "Set maxmemory-policy noeviction."),
        (("appendonly", "no"), "Set appendonly yes."),
    ],
)
def test_a_redis_that_may_lose_articles_is_bad(
    newswire: Newswire, valkey: ValkeyServer, folder: Path, spoilt: tuple[str, str], cure: str
) -> None:
    with closing(Redis(unix_socket_path=str(valkey.socket))) as client:
        client.config_set(*spoilt)
    ended, found = examined(newswire, valkey, folder)
    assert ended.code == 1
    assert bad(found)["redis settings"].endswith(f"→ {cure}")


def test_a_full_redis_is_bad(newswire: Newswire, valkey: ValkeyServer, store: "Redis", folder: Path) -> None:
    used: Any = store.info("memory")
    store.config_set("maxmemory", int(used["used_memory"] * 1.05))
    assert "raise maxmemory" in bad(examined(newswire, valkey, folder)[1])["redis memory"].lower()


def test_a_redis_that_refuses_writes_is_bad(
    newswire: Newswire, valkey: ValkeyServer, store: "Redis", folder: Path
) -> None:
    store.config_set("maxmemory", 1)
    assert "it refuses" in bad(examined(newswire, valkey, folder)[1])["redis"]


def test_a_redis_that_is_not_there_is_bad_when_it_is_set(
    newswire: Newswire, valkey: ValkeyServer, folder: Path
) -> None:
    valkey.kill()
    ended, found = examined(newswire, valkey, folder)
    assert ended.code == 1
    assert "nobody answers" in bad(found)["redis"]


def test_an_embedded_one_that_does_not_run_is_no_ill(newswire: Newswire, folder: Path) -> None:
    ended, found = examined(newswire, None, folder)
    assert ended.code == 0
    told = {one["subject"]: one for one in found}
    assert told["redis"]["level"] == "note"
    assert "a write is safe after" in told["fsync"]["told"]


@pytest.mark.usefixtures("store")
def test_a_secret_that_others_can_read_is_bad(newswire: Newswire, valkey: ValkeyServer, folder: Path) -> None:
    (folder / "read-token").chmod(0o644)
    folder.chmod(0o755)
    ended, found = examined(newswire, valkey, folder)
    assert ended.code == 1
    assert f"chmod 600 {folder / 'read-token'}" in bad(found)["secrets"]
    assert {one["subject"]: one["level"] for one in found}["data folder"] == "warning"


@pytest.mark.usefixtures("store")
def test_a_port_that_somebody_else_holds_is_bad(
    newswire: Newswire, valkey: ValkeyServer, folder: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = str(silent.getsockname()[1])
        # It takes connections and says nothing, so the doctor waits for it before it looks at the port.
        _, found = examined(newswire, valkey, folder, NEWSWIRE_FEED_PORT=port)
    assert f"Port {port} on 127.0.0.1 is in use" in bad(found)["feed service"]


def test_what_is_stored_is_held_against_the_settings(
    newswire: Newswire, valkey: ValkeyServer, store: "Redis", folder: Path
) -> None:
    _, found = examined(newswire, valkey, folder, NEWSWIRE_PARTITIONS="3")
    assert "Set NEWSWIRE_PARTITIONS to 1." in bad(found)["contents"]
    store.xgroup_destroy(keys.events(0), "feeds")
    _, found = examined(newswire, valkey, folder, NEWSWIRE_PARTITIONS="1")
    assert "feeds on newswire:{p0}:events" in bad(found)["consumer groups"]
    store.set(keys.move_mark(), "moved to redis://elsewhere")
    _, found = examined(newswire, valkey, folder)
    assert "set NEWSWIRE_REDIS_URL to that address" in bad(found)["contents"]


def test_running_services_are_found_ready(newswire: Newswire, valkey: ValkeyServer, tmp_path: Path) -> None:
    with running(valkey, tmp_path) as installation:
        assert isinstance(installation, Installation)
        ended, found = examined(
            newswire,
            valkey,
            tmp_path / "data",
            NEWSWIRE_FEED_PORT=str(installation.feed_port),
            NEWSWIRE_INGEST_PORT=str(installation.ingest_port),
        )
        told = {one["subject"]: one["told"] for one in found}
        assert (ended.code, bad(found)) == (0, {})
        assert told["feed service"].startswith("ready at ")
        assert told["ingest service"].startswith("ready at ")


def test_people_are_told_what_to_do_below_each_ill(
    newswire: Newswire, valkey: ValkeyServer, store: "Redis", folder: Path
) -> None:
    store.config_set("appendfsync", "everysec")
    ended = newswire(
        "doctor",
        "--data-dir",
        folder,
        NEWSWIRE_REDIS_URL=valkey.url,
        NEWSWIRE_FEED_PORT=str(a_free_port()),
        NEWSWIRE_INGEST_PORT=str(a_free_port()),
    )
    lines = ended.out.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("bad")]
    assert "appendfsync everysec" in lines[place]
    assert lines[place + 1].strip() == "→ Set appendfsync always."
