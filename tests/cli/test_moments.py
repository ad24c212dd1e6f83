"""Points in time as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.cli.moments import read_moment
from tests.builders import NOON

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T10:30:00Z", datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ("2026-03-02T10:30:00+01:00", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02T10:30", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 1, 23, 0, tzinfo=UTC)),
        ("90m", datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ("3d", datetime(2026, 2, 27, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, moment: datetime) -> None:
    assert read_moment(text, now=NOON, zone=BERLIN) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "12", "2026-13-01", "h", "-3d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text, now=NOON, zone=BERLIN)


def test_a_span_before_the_first_year_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        read_moment("999999d", now=NOON, zone=BERLIN)
