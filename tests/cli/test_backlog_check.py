from typing import Any

import pytest

from services.cli.backlog_check import EXIT_CODES, complaints, exit_code
from services.feed.ops.numbers import State

GROUP: dict[str, Any] = {
    "stream": "newswire:{p0}:events",
    "group": "feeds",
    "lag": 3,
    "pending": 0,
    "oldest_age_seconds": 12.5,
    "consumers": 0,
    "state": "stalled",
}
ENDPOINT: dict[str, Any] = {
    "endpoint": "ep_1",
    "url": "https://p.example/hook",
    "past_due": 7,
    "oldest_past_due_seconds": 90.0,
}


def a_backlog(**fields: Any) -> dict[str, Any]:
    given = {"state": "stalled", "since": "2026-03-02T12:00:00Z", "reason": None, "streams": [GROUP]}
    return given | {"endpoints": [ENDPOINT]} | fields


def test_every_state_has_a_code_of_its_own_and_only_ok_is_0() -> None:
    assert EXIT_CODES.keys() == {state.value for state in State}
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert [state for state, code in EXIT_CODES.items() if code in {0, 1, 2}] == ["ok"]


@pytest.mark.parametrize("state", ["unknown", "a state of a later version"])
def test_what_is_not_known_is_not_well(state: str) -> None:
    assert exit_code({"state": state}) == 5


def test_when_all_is_well_nothing_is_said() -> None:
    assert list(complaints(a_backlog(state="ok"))) == []


def test_what_is_wrong_is_said_in_lines() -> None:
    well = GROUP | {"group": "deliveries", "state": "ok"}
    assert list(complaints(a_backlog(streams=[GROUP, well]))) == [
        "newswire: the backlog is stalled since 2026-03-02T12:00:00Z",
        "feeds newswire:{p0}:events: stalled (lag 3, pending 0, oldest_age_seconds 12.5, consumers 0)",
        "ep_1 https://p.example/hook: 7 past due, the oldest by 90 s",
    ]


def test_a_redis_that_is_away_is_said_with_its_reason_and_no_number() -> None:
    unknown = dict.fromkeys(GROUP) | {"stream": "s", "group": "feeds", "state": "unknown"}
    nothing = dict.fromkeys(ENDPOINT)
    away = a_backlog(
        state="unknown", reason="Redis cannot be reached.", streams=[unknown], endpoints=[nothing]
    )
    assert list(complaints(away)) == [
        "newswire: the backlog is unknown since 2026-03-02T12:00:00Z: Redis cannot be reached.",
        "feeds s: unknown (lag unknown, pending unknown, oldest_age_seconds unknown, consumers unknown)",
    ]
