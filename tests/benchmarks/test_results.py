"""The results of the benchmarks: which targets are reached, and whose figures a run replaces."""

import pytest

from benchmarks.measuring import Report, Row
from benchmarks.results import merged

ORDER = ("rendering", "serving")


@pytest.mark.parametrize(
    ("figure", "target", "missed"),
    [
        (35, "≥ 0.35", False),
        (34, "≥ 0.35", True),
        (20, "≤ 0.2", False),
        (21, "≤ 0.2", True),
        (21, "", False),
    ],
)
def test_a_row_says_whether_its_target_is_reached(figure: float, target: str, missed: bool) -> None:
    row = Row("requests", figure, "a second", "nginx", 100, target)
    assert row.is_missed is missed
    assert row.cells()[-1] == ("" if not target else "**no**" if missed else "yes")
    assert Report([row]).missed() == (["requests"] if missed else [])


@pytest.mark.parametrize("row", [Row("a", 1, "s", target="≤ 2"), Row("b", 1, "s", "c", 1, "= 2")])
def test_a_target_that_cannot_be_judged_is_no_success(row: Row) -> None:
    with pytest.raises(ValueError, match="nothing can be held against"):
        _ = row.is_missed


def test_a_run_replaces_its_own_section_and_leaves_the_others() -> None:
    first = merged("", {"serving": "200: 5\n", "rendering": "1 ms"}, ORDER)
    assert first.index("## rendering\n\n1 ms\n\n## serving\n\n200: 5\n") > 0
    second = merged(first, {"serving": "200: 7"}, ORDER)
    assert second == first.replace("200: 5", "200: 7")
    assert merged(second, {}, ORDER) == second


def test_the_section_of_a_benchmark_that_is_no_more_goes() -> None:
    assert "1 ms" not in merged(merged("", {"rendering": "1 ms"}, ORDER), {"serving": "5"}, ("serving",))
