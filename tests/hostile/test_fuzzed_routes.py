"""Every call that the APIs describe, with whatever a program can send: no 5xx, and answers as described.

schemathesis makes the requests from the OpenAPI documents, valid ones and bad ones, and judges the answers.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.running import ADMIN_TOKEN, INGEST_TOKEN, Newswire

pytestmark = pytest.mark.xdist_group("hostile")

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance", "use_after_free"),
)


@pytest.mark.parametrize("service", ["ingest", "feed"])
def test_whatever_is_sent_is_answered_as_described(target: Newswire, tmp_path: Path, service: str) -> None:
    client = {"ingest": target.ingest, "feed": target.feed}[service]
    token = {"ingest": INGEST_TOKEN, "feed": ADMIN_TOKEN}[service]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(client.base_url.join("openapi.json"))),
            *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
            *("--mode", "all", "--max-examples", "10", "--seed", "1", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
