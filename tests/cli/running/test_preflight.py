"""What stands in the way of a start is said before anything is started."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from services.cli.command_error import CommandError
from services.cli.running.own_redis import check_redis
from services.cli.running.preflight import check_ports
from services.cli.settings import CommandSettings
from tests.cli.conftest import Newswire, only_line
from tests.conftest import ValkeyServer, a_free_port


@pytest.mark.parametrize("setting", ["NEWSWIRE_FEED_PORT", "NEWSWIRE_INGEST_PORT"])
def test_a_port_in_use_is_named_with_its_setting(newswire: Newswire, setting: str) -> None:
    ports = {"NEWSWIRE_FEED_PORT": str(a_free_port()), "NEWSWIRE_INGEST_PORT": str(a_free_port())}
    with closing(socket.create_server(("127.0.0.1", int(ports[setting])))):
        ended = newswire("up", **ports)
    assert ended.code == 1
    assert only_line(ended.err) == (
        f"newswire: Port {ports[setting]} on 127.0.0.1 is in use: "
        f"stop what listens there, or set {setting} to another one."
    )
    assert ended.out == ""


def test_two_services_on_one_port_are_refused() -> None:
    with pytest.raises(CommandError, match="are both 9000"):
        check_ports(CommandSettings(feed_port=9000, ingest_port=9000))


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CommandError, match=r"NEWSWIRE_INGEST_HOST is 192\.0\.2\.1, which is no address"):
        check_ports(CommandSettings(ingest_host="192.0.2.1"))


def test_a_redis_that_cannot_be_reached_is_one_plain_line(newswire: Newswire) -> None:
    url = f"redis://someone:secret@127.0.0.1:{a_free_port()}/0"
    ports = {"NEWSWIRE_FEED_PORT": str(a_free_port()), "NEWSWIRE_INGEST_PORT": str(a_free_port())}
    ended = newswire("up", NEWSWIRE_REDIS_URL=url, **ports)
    assert ended.code == 1
    assert "cannot be reached" in only_line(ended.err)
    assert "secret" not in ended.err


async def test_a_redis_that_answers_is_good(valkey: ValkeyServer) -> None:
    await check_redis(valkey.url)


def test_seeds_that_are_not_there_are_said_before_anything_starts(newswire: Newswire, tmp_path: Path) -> None:
    ended = newswire("up", "--seed", tmp_path / "seeds")
    assert (ended.code, only_line(ended.err)) == (
        1,
        f"newswire: There is nothing to publish at {tmp_path}/seeds.",
    )
    assert not (tmp_path / ".newswire").exists()
