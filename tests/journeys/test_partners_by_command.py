"""What an operator does with partners from the command line, against real services."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ValkeyServer
from tests.journeys.running import ADMIN_TOKEN, Newswire, newswire
from tests.receiver import a_receiver


def said(installation: Newswire, *words: str, code: int = 0) -> str:
    """Return what `newswire` prints for these words."""
    url = f"http://127.0.0.1:{installation.feed_port}"
    command = [sys.executable, "-m", "services.cli.main", "--feed-url", url, "--token", ADMIN_TOKEN, *words]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, cwd=installation.log.parent
    )
    assert ended.returncode == code, ended.stderr
    return ended.stdout if code == 0 else ended.stderr


def told(installation: Newswire, *words: str) -> Any:
    return json.loads(said(installation, *words, "--json"))


async def test_an_endpoint_with_all_its_wishes_and_what_was_sent_to_it(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path) as installation:
        async with a_receiver() as receiver:
            partner = told(installation, "partners", "add", "Harbour Post")
            wishes = ["--payload", "summary", "--header", "X-Desk: north", "--concurrency", "2"]
            added = told(
                installation, "endpoints", "add", "Harbour Post", receiver.url, *wishes, "--rate-limit", "50"
            )
            assert (added["payload"], added["header_names"]) == ("summary", ["x-desk"])
            assert (added["concurrency"], added["rate_limit"]) == (2, 50.0)
            accepted = installation.accept(title="Ice roads", content_html="<p>Late.</p>")
            (received,) = await receiver.wait_for(1)
            assert received.headers["x-desk"] == "north"
            assert "content_html" not in json.loads(received.body)["data"]

            def found(*filters: str) -> list[str]:
                listed = told(installation, "deliveries", "list", *filters)["deliveries"]
                return [delivery["event_id"] for delivery in listed]

            event, article = accepted["event_id"], accepted["id"]
            installation.wait(lambda: found("--status", "delivered") == [event], "it is delivered")
            for filters in (["--event", event], ["--article", article], ["--partner", "Harbour Post"]):
                assert found(*filters, "--since", "1h") == [event]
            assert found("--until", "2020-01-01") == found("--event", "evt_other") == []
            assert "is no partner" not in said(installation, "deliveries", "list", "--partner", partner["id"])
            assert "no partner" in said(installation, "deliveries", "list", "--partner", "Nobody", code=1)

            again = ["deliveries", "retry", "--status", "delivered", "--article", article]
            assert said(installation, *again, "--since", "1h").startswith("1 delivery ")
            await receiver.wait_for(2)
            said(installation, "deliveries", "retry", "dlv_1_2", "--event", event, code=2)
            refused = said(
                installation,
                *("endpoints", "add", "Harbour Post", receiver.url, "--header", "Host: evil.example"),
                code=1,
            )
            assert "host is reserved" in refused
            said(
                installation, "endpoints", "add", "Harbour Post", receiver.url, "--header", "nonsense", code=2
            )
