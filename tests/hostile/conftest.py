"""One installation of real processes that all hostile tests share: none of them may bring it down."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire


@pytest.fixture(scope="session")
def target() -> Iterator[Newswire]:
    """Run an installation of which nothing may break; at the end it must have stayed what it was."""
    with tempfile.TemporaryDirectory(prefix="nw-hostile-") as name:
        folder = Path(name)
        (folder / "valkey").mkdir()
        valkey = ValkeyServer(folder / "valkey")
        valkey.start()
        try:
            with newswire(valkey, folder) as installation:
                yield installation
                assert all(process.poll() is None for process in installation.processes.values())
                assert "Traceback" not in installation.log.read_text()
        finally:
            valkey.kill()
