"""What is shown is one thing in one line, whatever a stranger's text holds."""

import pytest

from services.cli.printing import one_line, print_rows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        ("", "-"),
        (True, "yes"),
        (0, "0"),
        (0.123456, "0.1235"),
        (123456.7, "123457"),
        (["a", "b"], "a, b"),
        ([], "-"),
        ("two\nlines", "two lines"),
        ("red \x1b[31m and \x9b31m", "red  [31m and  31m"),
    ],
)
def test_a_value_is_one_line_that_cannot_steer_the_terminal(value: object, shown: str) -> None:
    assert one_line(value) == shown


def test_rows_in_a_pipe_are_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(["id", "name"], [["ptr_1", "The Daily"], ["ptr_22", None]])
    assert capsys.readouterr().out == "id      name\nptr_1   The Daily\nptr_22  -\n"
