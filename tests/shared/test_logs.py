"""How lines of the log look, for people and for machines."""

import json
import re
import subprocess
import sys

import pytest

from shared.log_lines import renderer

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


def test_lines_for_people_stand_in_columns() -> None:
    done, library, failed, *trace = logged("console", "'a', 'b'")
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z "
    assert re.fullmatch(form + r"\[info     \] thing\.done {21}event_ids='a b' process=a-test .*", done)
    assert re.fullmatch(form + r"\[warning  \] said by a library {14}process=a-test", library)
    assert re.fullmatch(form + r"\[error    \] thing\.failed {19}process=a-test", failed)
    assert trace[0].startswith("Traceback")
    assert trace[-1] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_error_shows_no_variables_for_they_may_be_secret(form: str) -> None:
    secret = "whsec_0123456789"
    script = f"""
from shared import logs
logs.configure({form!r}, "info", process="a-test")
def fail(secret):
    raise ValueError("no")
try:
    fail("".join(["whsec_", "0123456789"]))
except ValueError:
    logs.get_logger("here").exception("thing.failed")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "ValueError: no" in ended.stderr
    assert secret not in ended.stderr


@pytest.mark.parametrize("colours", [False, True])
def test_what_a_terminal_would_act_on_is_written_out(colours: bool) -> None:
    line = {
        "timestamp": "now",
        "level": "info",
        "event": "said\x1b[2J",
        "name": "\x1b]0;title\x07",
        "forged": "a\nnow [info] thing.done",
        "exception": "ValueError: \x1b[2J\r\x9b2J\u202e",
    }
    shown = renderer(colours=colours)(None, "info", line)
    for ours in ("\033[0m", "\033[1m", "\033[2m", "\033[32m"):
        shown = shown.replace(ours, "")
    assert shown == (
        "now [info     ] said\\x1b[2J                    forged='a\\nnow [info] thing.done'"
        " name='\\x1b]0;title\\x07'\nValueError: \\x1b[2J\\r\\x9b2J\\u202e"
    )


def test_values_are_shown_so_that_one_sees_where_they_end() -> None:
    line = {"event": "x", "a": 1, "b": None, "c": "é", "d": "", "e": "a b", "f": 'x="y"', "g": 1.5}
    shown = renderer(colours=False)(None, "info", line)
    assert shown.endswith(" a=1 b=None c=é d= e='a b' f='x=\"y\"' g=1.5")
