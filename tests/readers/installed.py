"""Whether a reader is there to be run; `.ci/run` installs them all, and there a missing one is a failure."""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

_MODULES = Path(__file__).parent / "node_modules"

Missing = Callable[[], str]
"""Says what is missing and how to come by it, or nothing."""


def _nothing() -> str:
    return ""


def _command(name: str, package: str) -> str:
    return "" if shutil.which(name) else f"there is no command {name} (Debian: apt-get install {package})"


def _perl_module(name: str, package: str) -> str:
    found = shutil.which("perl") and not subprocess.run(["perl", f"-M{name}", "-e1"], check=False).returncode
    return "" if found else f"Perl has no {name} (Debian: apt-get install {package})"


def _node_module(name: str) -> str:
    found = (_MODULES / name).is_dir()
    return _command("node", "nodejs") or (
        "" if found else f"npm --prefix tests/readers ci has not brought {name}"
    )


with_the_tests: Missing = _nothing
"""For readers in Python, which come with the other packages for tests."""

newsboat: Missing = partial(_command, "newsboat", "newsboat")
sfeed: Missing = partial(_command, "sfeed", "sfeed")
rss2email: Missing = partial(_command, "r2e", "rss2email")
xml_feed: Missing = partial(_perl_module, "XML::Feed", "libxml-feed-perl")
feedsmith: Missing = partial(_node_module, "feedsmith")
rss_parser: Missing = partial(_node_module, "rss-parser")


def require(name: str, missing: Missing) -> None:
    """Go on only when the reader is there: without it a test is skipped, and on CI it fails."""
    reason = missing()
    if not reason:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed: {reason}")
    pytest.skip(f"{name} is not installed: {reason}")
