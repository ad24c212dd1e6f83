"""What a worker consists of."""

import json
import subprocess
import sys

LOADED = "import json, sys, services.feed.worker_half; print(json.dumps(sorted(sys.modules)))"


def test_a_worker_loads_no_web_framework() -> None:
    """It takes longer to load than all else that a worker needs, and nothing of it would be used."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "faststream" in loaded
    assert not loaded & {"fastapi", "starlette", "feedgen"}
