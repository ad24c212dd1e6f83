"""How a process loads."""

import gc
import importlib
from collections.abc import Iterator

import pytest

from shared.process import loading


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """Give back to the collector what a test has taken from it."""
    yield
    gc.unfreeze()


def test_no_garbage_is_looked_for_while_a_process_loads() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_the_collector_is_back_when_loading_fails() -> None:
    with pytest.raises(ModuleNotFoundError), loading():
        importlib.import_module("no_such_module")
    assert gc.isenabled()
