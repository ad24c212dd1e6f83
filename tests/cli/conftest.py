"""The command as a person calls it, in a folder and with settings of the test's own."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Newswire = Callable[..., Ended]


@pytest.fixture
def newswire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Newswire:
    """Call `newswire` with these words in an empty folder, with no setting but those of `environment`."""
    for name in [name for name in os.environ if name.startswith("NEWSWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def call(*words: object, **environment: str) -> Ended:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["newswire", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfdbinary.readouterr()
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, out.decode(), err.decode())

    return call


def only_line(text: str) -> str:
    """Return the one line that a text is."""
    assert text.count("\n") == 1, text
    return text.rstrip("\n")
