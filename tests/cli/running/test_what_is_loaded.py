"""A start waits for everything that the command loads before it starts Valkey and the services."""

import json
import subprocess
import sys

LOADED = (
    "import json, sys, services.cli.main, services.cli.running.up; print(json.dumps(sorted(sys.modules)))"
)


def test_up_loads_no_client_of_redis_or_http_and_no_other_command() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "services.cli.running.supervisor" in loaded
    assert not loaded & {"redis", "httpx", "aiohttp", "rich.console", "services.cli.commands"}
