"""Text as it may be stored, whatever comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.plain_text import clean_line, clean_lines

ANY = st.text(st.characters(exclude_categories=[])) | st.text("a \t\n\r\x00\x7f\x85\u2028\ufffe\ud800")


def is_in_xml(character: str) -> bool:
    """Tell whether XML 1.0 §2.2 has it."""
    code = ord(character)
    return code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@given(ANY)
def test_a_line_has_no_break_and_nothing_that_xml_cannot_hold(text: str) -> None:
    line = clean_line(text)

    assert all(map(is_in_xml, line))
    assert not set(line) & set("\n\r\t\x85\u2028\u2029")
    assert line == line.strip() == clean_line(line)
    visible = [character for character in text if is_in_xml(character) and not character.isspace()]
    assert [character for character in line if not character.isspace()] == visible


@given(ANY)
def test_several_lines_end_in_one_way(text: str) -> None:
    lines = clean_lines(text)

    assert all(map(is_in_xml, lines))
    assert not set(lines) & set("\r\x85\u2028\u2029")
    assert lines == clean_lines(lines)


@pytest.mark.parametrize("line", ["Ice roads", "Где хлеб?", "A\u00a0B", "x\u200by", "\x7f", "ﬁn\u0301"])
def test_what_is_one_line_stays_as_it_is(line: str) -> None:
    assert clean_line(f"  {line} ") == clean_lines(f"{line}\n") == line
