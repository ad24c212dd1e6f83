"""What somebody notices who runs everything with one command: `newswire up`, as `make run` calls it."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from services.cli.running.folder_lock import take_lock
from tests.conftest import a_free_port, wait_until

PAGE = """March 2, 2026

Ice roads and the price of bread

By Dr. Ana Ruiz

The road opened late this year, and the mills in the south have noticed.

Read the full article in The Daily Example.

  • Podcast
    • February 20, 2026
    Ports without pilots

    Who steers when nobody is aboard.
"""


class Up:
    """A run of `newswire up --seed --demo` with a data folder, ports and settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.seeds = folder / "seeds"
        self.seeds.mkdir()
        (self.seeds / "1.txt").write_text(PAGE)
        self.feed = f"http://127.0.0.1:{(feed_port := a_free_port())}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")},
            "NEWSWIRE_FEED_PORT": str(feed_port),
            "NEWSWIRE_INGEST_PORT": str(a_free_port()),
            "NEWSWIRE_DATA_DIR": str(self.data_dir),
        }
        self.log = folder / "log"
        self.command = [sys.executable, "-m", "services.cli.main"]
        self.folder = folder

    @contextmanager
    def running(self, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run it from its first line to the moment in which it says that it runs; killed at the end."""
        self.log.write_bytes(b"")
        with (
            self.log.open("ab") as log,
            subprocess.Popen(
                [*self.command, "up", "--seed", str(self.seeds), *options],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                self.wait_for("Newswire runs", 60)
                yield process
            finally:
                process.kill()
        os.close(take_lock(self.data_dir))  # the services that are still stopping hold it

    def wait_for(self, text: str, seconds: float = 30, count: int = 1) -> None:
        """Wait until its output has this text."""
        try:
            wait_until(lambda: self.output().count(text) >= count, f"the output says {text!r}", seconds)
        except BaseException:
            sys.stderr.write(self.output())
            raise

    def output(self) -> str:
        """Return all that it has said."""
        return self.log.read_text()

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Call another command beside it."""
        return subprocess.run(
            [*self.command, *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def titles(self) -> set[str]:
        """Return the titles in the feed of everything."""
        answer = httpx.get(f"{self.feed}/feeds/all.json")
        items: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
        return {item["title"] for item in items}


TITLES = {"Ice roads and the price of bread", "Ports without pilots"}


def test_one_command_publishes_the_seeds_and_tells_the_demo_partner_and_a_second_start_changes_nothing(
    tmp_path: Path,
) -> None:
    up = Up(tmp_path)
    with up.running("--demo") as process:
        wait_until(lambda: up.titles() == TITLES, "the seeds are in the feed")
        up.wait_for("signature ok", count=2)
        assert "1.txt: 2 published" in up.output()
        assert f"{up.feed}/feeds/all.rss" in up.output()
        token = up.call("token").stdout.strip()
        assert token
        assert token in up.output()
        state = up.data_dir / "demo-partner.json"
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        ends = ["Stopping …", "Stopped."]
        assert [line for line in up.output().splitlines() if line in ends] == ends
        assert "Traceback" not in up.output()
    with up.running("--demo"):
        assert "1.txt: 2 unchanged" in up.output()
        assert up.titles() == TITLES
        assert len(up.call("partners", "list").stdout.splitlines()) == 2  # the columns and the one partner
        assert "signature ok" not in up.output()


def test_a_service_that_is_killed_comes_back_and_kill_9_of_all_leaves_nothing_behind(tmp_path: Path) -> None:
    up = Up(tmp_path)
    with up.running() as process:
        for name in ("ingest", "web", "worker", "valkey"):
            os.kill(child_of(process.pid, name), signal.SIGKILL)
            up.wait_for("started again", count=("ingest", "web", "worker", "valkey").index(name) + 1)
        wait_until(lambda: ready(up.feed), "the feed service is ready again", 40)
        wait_until(lambda: up.titles() == TITLES, "everything is still there", 40)
        process.kill()
    # The services are gone, as the lock is free; Valkey goes after them.
    wait_until(lambda: not (up.data_dir / "valkey.sock").exists(), "Valkey has stopped")
    with up.running():
        wait_until(lambda: up.titles() == TITLES, "everything is still there")


def test_the_backlog_and_the_registers_are_told_by_the_command(tmp_path: Path) -> None:
    up = Up(tmp_path)
    with up.running("--demo"):
        up.wait_for("signature ok", count=2)
        assert "feeds" in up.call("backlog").stdout
        assert '"streams"' in up.call("backlog", "--json").stdout
        assert "kind/podcast" in up.call("feeds", "list").stdout
        assert up.call("feeds", "rebuild").returncode == 0

        def delivered() -> list[str]:
            return re.findall(r"dlv_\w+", up.call("deliveries", "list", "--status", "delivered").stdout)

        # The partner knows of a delivery before it is written down.
        wait_until(lambda: len(delivered()) >= 2, "both deliveries are written down")
        delivery = delivered()[0]
        assert delivery in up.call("deliveries", "show", delivery).stdout
        assert up.call("deliveries", "retry", delivery).returncode == 0
        (endpoint,) = re.findall(r"ep_\w+", up.call("endpoints", "list").stdout)
        tested = up.call("endpoints", "test", endpoint)
        assert (tested.returncode, tested.stderr) == (0, "")
        replayed = up.call("deliveries", "replay", endpoint, "--since", "1h")
        assert "2 deliveries" in replayed.stdout
        for words in (("pause",), ("resume",), ("rotate-secret",), ("remove",)):
            assert up.call("endpoints", *words, endpoint).returncode == 0
        assert up.call("partners", "add", "The Daily").returncode == 0
        added = up.call("endpoints", "add", "The Daily", "https://daily.example/hook", "--kind", "podcast")
        assert "whsec_" in added.stdout
        assert up.call("partners", "remove", "The Daily").returncode == 0


def child_of(parent: int, name: str) -> int:
    """Return the process id of one of `newswire up`'s own children."""
    marks = {"ingest": "services.ingest", "web": "--role web", "worker": "--role worker", "valkey": "guard"}
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, ppid, arguments = line.split(maxsplit=2)
        if int(ppid) == parent and marks[name] in arguments:
            return int(pid)
    raise AssertionError(f"{name} is no child of {parent}")


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False
