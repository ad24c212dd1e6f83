"""What the web process consists of."""

import json
import subprocess
import sys

LOADED = (
    "import json, sys, services.feed.__main__, services.feed.web_half; print(json.dumps(sorted(sys.modules)))"
)


def test_the_web_process_loads_nothing_that_consumes_or_sends() -> None:
    """FastStream and the client of HTTP take a fifth of the time that the process takes to load."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "fastapi" in loaded
    assert not loaded & {"faststream", "aiohttp", "httpx"}
