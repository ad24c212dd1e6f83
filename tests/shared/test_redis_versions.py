import pytest

from shared.redis_versions import server_name, too_old


@pytest.mark.parametrize(
    ("info", "name", "old"),
    [
        ({"redis_version": "7.2.0"}, "Redis 7.2.0", False),
        ({"redis_version": "7.0.15"}, "Redis 7.0.15", True),
        ({"redis_version": "8.0.1"}, "Redis 8.0.1", False),
        # A Valkey says for old clients' sake that it is a Redis 7.2.4.
        ({"redis_version": "7.2.4", "valkey_version": "8.0.0"}, "Valkey 8.0.0", False),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.9"}, "Valkey 7.2.9", True),
        ({"redis_version": "255.255.255"}, "Redis 255.255.255", False),
        ({}, "Redis of no version", True),
    ],
)
def test_which_servers_are_too_old(info: dict[str, str], name: str, old: bool) -> None:
    assert server_name(info) == name
    assert (too_old(info) is not None) is old
