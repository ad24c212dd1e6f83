"""A client may call as often as its pace allows, and is told when to come again."""

import pytest

from shared.pace import Pace


def test_a_burst_goes_through_and_then_one_call_after_another() -> None:
    pace = Pace(per_second=2, burst=3)
    assert [pace.wait("a", 100.0) for _ in range(3)] == [0, 0, 0]
    assert pace.wait("a", 100.0) == 0.5
    assert pace.wait("a", 100.25) == 0.25
    assert pace.wait("a", 100.5) == 0
    assert pace.wait("a", 100.5) == 0.5


def test_whoever_paused_gets_no_more_than_the_burst() -> None:
    pace = Pace(per_second=2, burst=3)
    pace.wait("a", 100.0)
    assert [pace.wait("a", 200.0) > 0 for _ in range(5)] == [False, False, False, True, True]


def test_clients_do_not_take_from_each_other() -> None:
    pace = Pace(per_second=1, burst=1)
    assert [pace.wait(client, 100.0) for client in ("a", "b", "a")] == [0, 0, 1]


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.pace._MOST_CLIENTS", 2)
    pace = Pace(per_second=1, burst=1)
    assert [pace.wait(client, 100.0) for client in ("a", "b", "a", "c")] == [0, 0, 1, 0]
    assert pace.wait("a", 100.0) == 1
    assert pace.wait("b", 100.0) == 0
