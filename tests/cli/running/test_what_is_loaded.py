"""A start waits for everything that the command loads before it starts Valkey and the services."""

from tests.loaded import loaded_with


def test_up_loads_no_client_of_redis_or_http_and_no_other_command() -> None:
    loaded = loaded_with("services.cli.main", "services.cli.running.up")
    assert "services.cli.running.supervisor" in loaded
    assert not loaded & {"redis", "httpx", "aiohttp", "rich.console", "services.cli.commands"}
