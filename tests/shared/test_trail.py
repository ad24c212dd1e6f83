import pytest

from shared.trail import NO_TRAIL, Trail, carrying, request_id_for, trail_in, trail_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trail_comes_out_of_the_headers_that_it_went_into() -> None:
    trail = Trail("req_1", PARENT)
    assert trail_in(trail.headers()) == trail
    assert trail_in(Trail("req_1").headers()) == Trail("req_1")
    assert NO_TRAIL.headers() == {}


@pytest.mark.parametrize("wrong", ["é", "a b", "a\nb", '"', "", "x" * 65, "-begins-with-a-dash", 7.5])
def test_what_could_forge_a_line_or_break_a_message_is_left_out(wrong: object) -> None:
    assert trail_in({"x-request-id": wrong, "traceparent": wrong}) in {NO_TRAIL, Trail("7.5")}
    assert request_id_for(str(wrong)) != wrong


def test_a_request_without_an_id_gets_one_of_its_own() -> None:
    assert request_id_for("") != request_id_for("")
    assert request_id_for("desk-7") == "desk-7"


def test_events_are_carried_inside_the_block_alone() -> None:
    with carrying({"evt_1": Trail("req_1")}):
        assert (trail_of("evt_1"), trail_of("evt_2")) == (Trail("req_1"), NO_TRAIL)
    assert trail_of("evt_1") == NO_TRAIL
