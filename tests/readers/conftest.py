"""One Newswire for all tests with readers: starting one takes longer than most readers need to read it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ValkeyServer
from tests.readers.publication import Publication, publication


@pytest.fixture(scope="package")
def published() -> Iterator[Publication]:
    """Run a Newswire that has published the awkward articles."""
    with tempfile.TemporaryDirectory(prefix="nw-") as folder:
        valkey = ValkeyServer(Path(folder))
        valkey.start()
        try:
            with publication(valkey, Path(folder)) as one:
                yield one
        finally:
            valkey.kill()
