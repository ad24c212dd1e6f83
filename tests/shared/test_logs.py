import json
import subprocess
import sys

SCRIPT = """
import logging
import faststream.redis
from shared import logs
logs.configure({form!r}, "info", process="a-test")
log = logs.get_logger("here")
log.info("thing.done", event_ids=[{ids}], request_ids=[])
log.debug("thing.detail")
logging.getLogger("faststream").warning("said by a %s", "library")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("thing.failed")
"""


def logged(form: str, ids: str) -> list[str]:
    """Return the lines that a process of its own logs."""
    script = SCRIPT.format(form=form, ids=ids)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_every_line_for_machines_is_an_object_whoever_wrote_it() -> None:
    first, library, failed = map(json.loads, logged("json", "'a', 'b', 'c', 'd'"))
    assert first["event"] == "thing.done"
    assert first["event_ids"] == ["a", "b", "c", "d"]
    assert (first["level"], first["process"]) == ("info", "a-test")
    assert first["timestamp"].endswith("Z")
    assert library["event"] == "said by a library"
    assert library["process"] == "a-test"
    assert "ZeroDivisionError" in failed["exception"]


def test_lines_for_people_do_not_list_a_hundred_ids() -> None:
    few, many = logged("console", "'a', 'b'")[0], logged("console", "'a', 'b', 'c', 'd'")[0]
    assert "event_ids='a b'" in few
    assert "request_ids=-" in few
    assert "event_ids='4 of them'" in many
