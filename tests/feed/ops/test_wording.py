import pytest

from services.feed.ops import wording


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
