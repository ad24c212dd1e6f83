"""Bytes become the same text, whatever editor or server they went through."""

# ruff: noqa: RUF001 - typographic quotes and dashes are what is tested

import pytest

from services.ingest.read.decode import decode
from services.ingest.read.lines import MAX_LINES, split_lines
from services.ingest.read.reading import UnreadableDocument

TEXT = "January 23, 2019\n\n“Kim’s aims” – a café…\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_text_is_the_same_in_every_encoding(encoding: str, line_end: str) -> None:
    assert decode(TEXT.replace("\n", line_end).encode(encoding)) == TEXT


def test_a_single_windows_1252_byte_does_not_spoil_the_utf_8_around_it() -> None:
    assert decode("a café and Kim".encode() + b"\x92s aims, cut \x85") == "a café and Kim’s aims, cut …"


def test_windows_1252_that_was_taken_for_latin_1_is_mended() -> None:
    assert decode("Kim\u0092s aims".encode()) == "Kim’s aims"


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u202f", "\u3000", "\u2003"])
def test_unicode_spaces_are_spaces(space: str) -> None:
    assert decode(f"By{space}A".encode()) == "By A"


@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\x02", "\x1b"])
def test_what_nobody_sees_is_gone(mark: str) -> None:
    assert decode(f"sanc{mark}tions".encode()) == "sanctions"


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\u0085", "\v", "\f"])
def test_whatever_ends_a_line_ends_a_line(end: str) -> None:
    assert decode(f"one{end}two".encode()) == "one\ntwo"


@pytest.mark.parametrize(
    ("raw", "line"),
    [(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 3), (b"January 1, 2020\n\nTitle\0", 3), (b"\xff\xfeJ\0\x00\xd8", 1)],
)
def test_what_is_no_text_is_named_with_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(UnreadableDocument, match=f"^line {line}: "):
        decode(raw)


def test_utf8_that_was_saved_as_windows_1252_is_put_right() -> None:
    meant = "It’s “fine”, café"
    assert decode(meant.encode().decode("latin-1").encode()) == meant
    opened = meant.encode().decode("cp1252", "replace")
    assert decode(opened.encode()) == decode(opened.encode("utf-8-sig")) == meant
    for text in ("“AMANHÃ”", "Ã© beside a “quote”"):
        assert decode(text.encode()) == text


def test_lines_keep_number_indentation_and_bullet() -> None:
    lines = split_lines("one\n\n  • two\n\t-  three \n*bold* text\n•\nfour\n• • five\n• • • • • six\n")
    assert [(line.number, line.indent, line.bulleted, line.text) for line in lines] == [
        (1, 0, False, "one"),
        (3, 2, True, "two"),
        (4, 4, True, "three"),
        (5, 0, False, "*bold* text"),
        (7, 0, True, "four"),
        (8, 0, True, "five"),
        (9, 0, True, "• six"),
    ]


def test_a_document_with_more_lines_than_any_page_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="no more than 20,000 lines"):
        split_lines("• a\n" * (MAX_LINES + 1))
