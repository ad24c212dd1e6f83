"""The samples of the page for partners do what they say, on a request that is really signed."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.feed.deliveries.payload import event_body
from services.feed.deliveries.signature import new_secret, signed_headers
from tests.builders import an_event
from tests.installed import command, require

PAGE = (Path(__file__).parents[3] / "docs" / "partners.md").read_text()
_SAMPLE = re.compile(r"```(\w+) (\w+)\n(.*?)```", re.DOTALL)
SAMPLES = {name: (language, code) for language, name, code in _SAMPLE.findall(PAGE)}

DRIVERS = {
    "python": "{code}\nimport json, sys\ngiven = json.load(sys.stdin)\n"
    "print(verify(given['secret'], given['headers'], given['body'].encode())['type'])\n",
    "javascript": "{code}\nconst given = JSON.parse(require('node:fs').readFileSync(0));\n"
    "console.log(verify(given.secret, given.headers, Buffer.from(given.body)).type);\n",
    "php": "<?php\n{code}\n$given = json_decode(file_get_contents('php://stdin'), true);\n"
    "echo verify($given['secret'], $given['headers'], $given['body'])['type'];\n",
}
RUNTIMES = {
    "python": (sys.executable, "py", ""),
    "javascript": ("node", "cjs", "nodejs"),
    "php": ("php", "php", "php-cli"),
}
"""Language → command, ending of a file, and the package of Debian that brings it."""


def test_the_page_has_a_sample_for_everybody() -> None:
    assert set(SAMPLES) == {"library", "plain", "node", "php"}


def test_the_payload_on_the_page_is_one_of_ours() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(shown) == json.loads(event_body(an_event()))


@pytest.mark.parametrize("name", ["library", "plain", "node", "php"])
def test_a_sample_takes_what_is_signed_and_refuses_the_rest(name: str, tmp_path: Path) -> None:
    language, code = SAMPLES[name]
    runtime, ending, package = RUNTIMES[language]
    require(f"{language}, for its sample,", command(runtime, package))
    script = tmp_path / f"sample.{ending}"
    script.write_text(DRIVERS[language].replace("{code}", code))

    def run(secret: str, body: bytes, headers: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        given = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
        return subprocess.run(
            [runtime, str(script)], input=given, capture_output=True, text=True, check=False, timeout=30
        )

    old, new, body, now = new_secret(), new_secret(), event_body(an_event()), int(time.time())
    headers = signed_headers([new, old], "evt_1", now, body)
    for secret in (old, new):
        accepted = run(secret, body, headers)
        assert (accepted.returncode, accepted.stdout.strip()) == (0, "article.published"), accepted.stderr
    assert run(new_secret(), body, headers).returncode != 0
    assert run(new, body.replace(b"bread", b"wine"), headers).returncode != 0
    assert run(new, body, signed_headers([new], "evt_1", now - 3600, body)).returncode != 0
