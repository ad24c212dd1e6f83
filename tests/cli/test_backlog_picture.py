"""What `newswire backlog --watch` shows on a terminal."""

from typing import Any

import pytest
from rich.console import Console

from services.cli.backlog_picture import duration, picture

STREAM = {
    "stream": "newswire:{p0}:events",
    "group": "feeds",
    "state": "stalled",
    "lag": 50_000,
    "pending": 0,
    "oldest_age_seconds": 95.0,
    "arrival_per_second": 0.4,
    "drain_per_second": None,
    "seconds_to_drain": None,
    "outlook": "never",
    "consumers": 0,
    "dead_letters": 7,
}


def numbers(**fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "at": "2026-03-02T12:00:30Z",
        "since": "2026-03-02T12:00:00Z",
        "state": "stalled",
        "reason": None,
        "streams": [STREAM],
        "endpoints": [],
    }
    return given | fields


def drawn(told: dict[str, Any], *, error: str | None = None, colours: bool = False) -> str:
    console = Console(
        width=160, record=True, force_terminal=colours, color_system="standard" if colours else None
    )
    with console.capture() as captured:
        console.print(picture(told, error=error))
    return captured.get()


def test_the_state_comes_first_and_what_is_never_or_unknown_is_said_so() -> None:
    lines = drawn(numbers()).splitlines()
    assert lines[0] == "STALLED for 30 s  as of 12:00:30 UTC"
    row = next(line.split() for line in lines if line.startswith("feeds"))
    assert row == [
        *("feeds", "newswire:{p0}:events", "stalled", "50,000", "0", "1", "min", "35", "s"),
        *("0.4/s", "unknown", "never", "0", "7"),
    ]


def test_a_stalled_group_is_seen_from_afar() -> None:
    assert "\x1b[1;37;41mstalled" in drawn(numbers(), colours=True)
    assert "\x1b[32mok" in drawn(numbers(streams=[STREAM | {"state": "ok"}]), colours=True)


def test_old_numbers_are_marked_as_old() -> None:
    shown = drawn(numbers(), error="The feed service does not answer.")
    assert shown.startswith("The feed service does not answer. What follows is old.")
    assert "50,000" in shown


def test_the_endpoints_that_need_somebody_come_first_and_the_rest_is_counted() -> None:
    endpoints = [
        {"endpoint": f"ep_{n}", "partner_name": "P", "state": "ok", "due": 0, "past_due": 0}
        for n in range(30)
    ]
    endpoints[20] |= {"state": "failing", "dead": 3, "success_rate": 0.5, "p95_ms": 15_000}
    lines = drawn(numbers(endpoints=endpoints)).splitlines()
    first = next(line for line in lines if line.startswith("P "))
    assert "ep_20" in first
    assert "50.0%" in first
    assert "and 15 more" in lines


def test_nothing_in_the_numbers_can_steer_the_terminal() -> None:
    hostile = {"endpoint": "ep_1", "partner_name": "\x1b[2J[bold]x", "state": "ok"}
    shown = drawn(numbers(endpoints=[hostile], reason="a\x1b[31mb"))
    assert "\x1b" not in shown
    assert "[bold]x" in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "unknown"),
        (0, "0 s"),
        (59.9, "59 s"),
        (95, "1 min 35 s"),
        (7260, "2 h 1 min"),
        (1_656_000, "19 d 4 h"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words
