"""What a test needs beside the Python packages. `.ci/run` installs it all; what is missing there fails."""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent

Missing = Callable[[], str]
"""Says what is missing and how to come by it, or nothing."""


def command(name: str, package: str) -> Missing:
    """Return what looks for a command that a package of Debian brings."""
    return partial(_command, name, package)


def perl_module(name: str, package: str) -> Missing:
    """Return what looks for a module of Perl that a package of Debian brings."""
    return partial(_perl_module, name, package)


def node_module(name: str, folder: str) -> Missing:
    """Return what looks for a package of npm that a folder of the tests asks for."""
    return partial(_node_module, name, folder)


def require(name: str, missing: Missing) -> None:
    """Go on only when it is there: without it a test is skipped, and under `CI=true` it fails."""
    reason = missing()
    if not reason:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed: {reason}")
    pytest.skip(f"{name} is not installed: {reason}")


def _command(name: str, package: str) -> str:
    return "" if shutil.which(name) else f"there is no command {name} (Debian: apt-get install {package})"


def _perl_module(name: str, package: str) -> str:
    found = shutil.which("perl") and not subprocess.run(["perl", f"-M{name}", "-e1"], check=False).returncode
    return "" if found else f"Perl has no {name} (Debian: apt-get install {package})"


def _node_module(name: str, folder: str) -> str:
    found = (_TESTS / folder / "node_modules" / name).is_dir()
    return "" if found else f"npm --prefix tests/{folder} ci has not brought {name}"
