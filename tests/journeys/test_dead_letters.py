"""Somebody on call finds what could not be read, tries it again, and throws it away, by the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from redis import Redis as BlockingRedis

from shared import keys
from tests.conftest import ValkeyServer
from tests.journeys.running import Newswire, newswire


def command(installation: Newswire, *words: str) -> str:
    """Run `newswire` and return what it says; it must succeed."""
    ended = subprocess.run(
        [sys.executable, "-m", "services.cli.main", *words],
        env=installation.environment,
        cwd=installation.log.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def letters(installation: Newswire) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command(installation, "dead-letters", "list", "--json"))[
        "dead_letters"
    ]
    return found


def test_what_cannot_be_read_is_found_tried_again_and_thrown_away(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with (
        newswire(valkey, tmp_path) as installation,
        BlockingRedis(unix_socket_path=str(valkey.socket)) as redis,
    ):
        redis.xadd(keys.events(0), {"__data__": b"\xff\xfe"})
        installation.accept(title="Ice roads")
        installation.wait(lambda: len(letters(installation)) == 2, "both groups have given it up")
        assert [item["title"] for item in installation.feed_items()] == ["Ice roads"]
        first = {letter["group"]: letter["id"] for letter in letters(installation)}
        shown = json.loads(command(installation, "dead-letters", "show", first["feeds"], "--json"))
        assert (shown["event"], shown["payload"]) == (None, "//4=")

        # Nothing was mended, so it comes back; but only to the group that was to try it again.
        assert (
            command(installation, "dead-letters", "replay", "--group", "feeds") == "1 dead letter put back\n"
        )

        def came_back() -> bool:
            now = {letter["group"]: letter["id"] for letter in letters(installation)}
            return now.get("feeds") not in {None, first["feeds"]}

        installation.wait(came_back, "the group gives it up again")
        again = {letter["group"]: letter["id"] for letter in letters(installation)}
        assert again["deliveries"] == first["deliveries"]

        thrown = command(installation, "dead-letters", "discard", "--reason", "not an article", "--yes")
        assert thrown == "2 dead letters thrown away\n"
        assert letters(installation) == []
        assert "desk.acted" in installation.log.read_text()
