from datetime import timedelta

import pytest

from services.feed.ops import wording
from tests.builders import NOON


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "unknown"),
        (0, "0 s"),
        (0.4, "0.4 s"),
        (45.7, "45 s"),
        (200, "3 min 20 s"),
        (7_260, "2 h 1 min"),
        (19 * 86400 + 4 * 3600, "19 d 4 h"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"), [(None, "unknown"), (0, "0/s"), (0.42, "0.4/s"), (1234.5, "1,234/s")]
)
def test_rates(number: float | None, words: str) -> None:
    assert wording.rate(number) == words


@pytest.mark.parametrize(
    ("part", "words"), [(None, "unknown"), (1, "100 %"), (0.9999, "99.9 %"), (0.995, "99.5 %"), (0, "0.0 %")]
)
def test_only_a_full_share_is_100_percent(part: float | None, words: str) -> None:
    assert wording.share(part) == words


def test_unknown_is_never_0() -> None:
    assert wording.count(None) == "unknown"
    assert wording.moment(None) == "unknown"


def test_short_times_are_in_milliseconds_and_long_ones_are_not() -> None:
    shown = [wording.milliseconds(ms) for ms in (None, 0, 7.4, 9_999, 15_000)]
    assert shown == ["unknown", "0 ms", "7 ms", "9,999 ms", "15 s"]


def test_how_long_ago() -> None:
    assert wording.ago(NOON - timedelta(seconds=75), NOON) == "1 min 15 s ago"
    assert wording.ago(NOON + timedelta(seconds=5), NOON) == "0 s ago"  # another machine's clock
    assert wording.ago(None, NOON) == "never"
