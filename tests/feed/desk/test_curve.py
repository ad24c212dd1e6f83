from hypothesis import given
from hypothesis import strategies as st

from services.feed.desk.curve import HEIGHT, WIDTH, draw, strips


def test_a_line_goes_from_edge_to_edge_with_0_at_the_bottom() -> None:
    drawing = draw(waiting=[0, 5, 10])
    (line,) = drawing.lines
    assert drawing.top == 10
    assert line.paths == (f"M0.0 {HEIGHT:.1f}L{WIDTH / 2:.1f} {HEIGHT / 2:.1f}L{WIDTH:.1f} 0.0",)
    assert (line.last, line.highest) == (10, 10)


def test_what_is_not_known_is_a_gap_and_never_0() -> None:
    (line,) = draw(waiting=[None, 4, 4, None, 4, None]).lines
    assert len(line.paths) == 2
    assert line.paths[1].endswith("h2")
    assert line.last is None
    assert line.highest == 4


def test_nothing_known_is_an_empty_drawing() -> None:
    assert draw(a=[None, None], b=[]).is_empty
    assert not draw(a=[None, 0.0]).is_empty


def test_the_upper_edge_is_a_number_that_people_can_read() -> None:
    tops = {value: draw(x=[value]).top for value in (0, 0.2, 1, 1.1, 3, 7, 11, 49_000, 51_000)}
    assert tops == {
        0: 1,
        0.2: 1,
        1: 1,
        1.1: 2,
        3: 5,
        7: 10,
        11: 20,
        49_000: 50_000,
        51_000: 100_000,
    }


def test_a_peak_is_seen_however_long_the_span() -> None:
    line = [0.0] * 10_080
    line[5_003] = 900.0
    (drawn,) = draw(x=line).lines
    assert drawn.highest == 900
    assert len(drawn.paths[0].split("L")) <= 300


@given(st.lists(st.none() | st.floats(0, 1e9), max_size=700))
def test_everything_lies_within_the_frame(line: list[float | None]) -> None:
    for path in draw(x=line).lines[0].paths:
        for point in path.removeprefix("M").removesuffix("h2").split("L"):
            x, y = map(float, point.split())
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_states_are_stretches_that_fill_the_whole_width() -> None:
    found = strips(["ok", "ok", None, "stalled"])
    assert [strip.state for strip in found] == ["ok", "unknown", "stalled"]
    assert [(strip.x, strip.width) for strip in found] == [(0, 300), (300, 150), (450, 150)]
    assert strips([]) == ()
