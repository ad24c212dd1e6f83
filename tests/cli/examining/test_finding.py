from collections.abc import Callable

import pytest

from services.cli.examining import finding
from services.cli.examining.finding import Finding, Level

GB = 1024**3


@pytest.mark.parametrize(
    ("judged", "level"),
    [
        (lambda: finding.disk(50 * GB, 250 * GB, "/"), Level.OK),
        (lambda: finding.disk(20 * GB, 250 * GB, "/"), Level.WARNING),
        (lambda: finding.disk(4 * GB, 20 * GB, "/"), Level.WARNING),
        (lambda: finding.disk(2 * GB, 250 * GB, "/"), Level.BAD),
        (lambda: finding.disk(GB // 2, 2 * GB, "/"), Level.BAD),
        (lambda: finding.memory(2 * GB, 8 * GB), Level.OK),
        (lambda: finding.memory(1 * GB, 8 * GB), Level.WARNING),
        (lambda: finding.memory(GB // 5, 8 * GB), Level.BAD),
        (lambda: finding.fsync(0.001, "/"), Level.OK),
        (lambda: finding.fsync(0.03, "/"), Level.WARNING),
        (lambda: finding.fsync(0.2, "/"), Level.BAD),
        (lambda: finding.write(0.002), Level.OK),
        (lambda: finding.write(0.06), Level.WARNING),
        (lambda: finding.write(0.6), Level.BAD),
        (lambda: finding.redis_memory(GB, 4 * GB, of_machine=True), Level.OK),
        (lambda: finding.redis_memory(3 * GB, 4 * GB, of_machine=False), Level.WARNING),
        (lambda: finding.redis_memory(39 * GB, 40 * GB, of_machine=False), Level.BAD),
        (lambda: finding.redis_memory(GB, 0, of_machine=True), Level.OK),
        (lambda: finding.clock(1.9), Level.OK),
        (lambda: finding.clock(-3), Level.WARNING),
        (lambda: finding.clock(61), Level.BAD),
        (lambda: finding.clock(-3600), Level.BAD),
    ],
)
def test_figures_are_judged(judged: Callable[[], Finding], level: Level) -> None:
    found = judged()
    assert found.level is level
    assert bool(finding.without_cure(found).cure) is (level is not Level.OK)


def test_a_clock_is_ahead_or_behind() -> None:
    assert finding.clock(5).told == "this machine is 5.0 s ahead of Redis"
    assert finding.clock(-5).told == "this machine is 5.0 s behind Redis"
