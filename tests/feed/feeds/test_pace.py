"""A feed is made at once while few articles come, and seldom while many pour in."""

from services.feed.feeds.pace import Pace


def renditions_of(pace: Pace, seconds: float, per_second: int) -> int:
    """Count how often a feed is made that is asked for all the time while articles come at a steady rate."""
    made, last, step = 0, -10.0, 0.01
    for n in range(round(seconds / step)):
        now = n * step
        pace.saw(round((n + 1) * step * per_second) - round(n * step * per_second), now)
        if now - last >= pace.spacing(now):
            made, last = made + 1, now
    return made


def test_at_a_hundred_articles_a_second_every_change_is_shown_at_once() -> None:
    assert renditions_of(Pace(), 10, 100) == 1000


def test_ten_thousand_articles_in_a_burst_cost_a_handful_of_renditions() -> None:
    for per_second in (500, 1000, 5000):
        # In the first moment it is not known yet that this is a burst.
        unknown = round(75 / per_second / 0.01)
        assert renditions_of(Pace(), 10_000 / per_second, per_second) <= unknown + 9


def test_a_slow_burst_is_a_burst_too() -> None:
    # Whole batches with long pauses, as a consumer that has fallen behind applies them.
    pace, made, last = Pace(), 0, -10.0
    for n in range(5000):
        now = n * 0.01
        pace.saw(128 if n % 60 == 0 else 0, now)
        if now - last >= pace.spacing(now):
            made, last = made + (n % 60 == 0), now
    assert made <= 12


def test_the_longer_a_burst_the_more_is_shown_together_but_never_for_longer_than_five_seconds() -> None:
    pace = Pace()
    spacings = []
    for n in range(1000):
        pace.saw(10, n * 0.01)
        spacings.append(pace.spacing(n * 0.01))
    assert spacings == sorted(spacings)
    assert (spacings[0], spacings[30], spacings[-1]) == (0, 0.25, 5.0)


def test_when_a_burst_ends_its_last_articles_are_shown_within_a_second() -> None:
    pace = Pace()
    pace.saw(10_000, 1.0)
    assert pace.spacing(1.0) > 0
    pace.saw(0, 2.01)
    assert pace.spacing(2.01) == 0
