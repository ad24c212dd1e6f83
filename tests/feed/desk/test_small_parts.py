"""The desk's small pure parts: places, pages of lists, forms, the order of endpoints."""

from datetime import UTC, datetime

import pytest

from services.feed.deliveries.history_routes import Wanted
from services.feed.desk.delivery_words import delivery_words
from services.feed.desk.endpoint_order import worst_first
from services.feed.desk.field_reading import read_fields
from services.feed.desk.letter_set import LetterFilter
from services.feed.desk.own_place import own_place
from services.feed.desk.paging import page_of
from services.feed.ops.numbers import EndpointNumbers, EndpointState
from shared.problems import Problem


@pytest.mark.parametrize(
    "place", ["/ops", "/ops?refresh=off", "/ops/deliveries?status=dead&since=2026-03-02T12%3A00Z"]
)
def test_places_of_the_desk_are_own_places(place: str) -> None:
    assert own_place(place) == place


@pytest.mark.parametrize(
    "place",
    [None, "", "ops", "//x", "/ops\n", "/ops/\r\nX: y", "/opsx", "/feeds", "https://x/ops", "/ops/<b>"],
)
def test_everything_else_is_the_first_page(place: str | None) -> None:
    assert own_place(place) == "/ops"


def test_a_list_has_at_least_one_page_and_no_other_than_there_are() -> None:
    things = list(range(25))
    assert page_of(things, None, 10).shown == things[:10]
    last = page_of(things, "99", 10)
    assert (last.shown, last.number, last.pages, last.total) == (things[20:], 3, 3, 25)
    for nonsense in ("0", "-1", "x", "9" * 30, ""):
        assert page_of(things, nonsense, 10).number == 1
    assert page_of([], "2", 10).pages == 1


def test_fields_that_are_empty_or_not_of_the_form_do_not_count() -> None:
    form = read_fields(LetterFilter, {"group": "", "reason": " x ", "refresh": "off", "since": ""})
    assert form == LetterFilter(reason="x")


def test_a_browsers_time_is_in_utc() -> None:
    form = read_fields(LetterFilter, {"since": "2026-03-02T12:00", "until": "2026-03-02T12:00:00+01:00"})
    assert form.since == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert form.until == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_a_bad_field_is_named() -> None:
    with pytest.raises(Problem, match="since"):
        read_fields(LetterFilter, {"since": "yesterday"})


def test_sets_in_words() -> None:
    assert LetterFilter().words == "all dead letters"
    assert LetterFilter(group="feeds", reason="x").words == "dead letters of feeds with 'x'"
    since = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert LetterFilter(since=since).words == "dead letters since 2026-03-02T12:00:00Z"
    assert delivery_words(Wanted()) == "deliveries of any status"
    assert delivery_words(Wanted(endpoint="ep_1")) == "deliveries of any status to ep_1"


def test_those_that_need_somebody_come_first() -> None:
    def endpoint(name: str, state: EndpointState, **numbers: float) -> EndpointNumbers:
        return EndpointNumbers.model_validate(
            {"endpoint": name, "partner": "ptr_1", "url": "https://x", "state": state, **numbers}
        )

    ordered = [
        endpoint("late", EndpointState.OK, oldest_past_due_seconds=100),
        endpoint("disabled", EndpointState.DISABLED),
        endpoint("worse", EndpointState.FAILING, dead=9),
        endpoint("bad", EndpointState.FAILING, dead=1),
        endpoint("paused", EndpointState.PAUSED),
        endpoint("a", EndpointState.OK),
        endpoint("b", EndpointState.OK),
    ]
    assert worst_first(reversed(ordered)) == ordered
