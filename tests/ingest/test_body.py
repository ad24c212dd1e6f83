"""Bodies as JSON: read alike by the fast reader and the careful one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.body import parse_json
from shared.problems import Problem

_TEXTS = st.text()
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
)


@given(_VALUES, st.booleans(), st.sampled_from((None, 1, "\t")))
def test_whatever_is_written_is_read_as_it_was(value: Any, is_escaped: bool, indent: Any) -> None:
    read = parse_json(json.dumps(value, ensure_ascii=is_escaped, indent=indent).encode())
    assert read == value
    assert json.dumps(read) == json.dumps(value)  # 1, 1.0 and true are equal, and not the same


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'\xef\xbb\xbf {"a": 1}\r\n', {"a": 1}),
        (b'"\\ud83d\\ude00\\ud83d"', "\U0001f600\ud83d"),
        (b'{"a": {"b": 1}, "b": {"b": 2}}', {"a": {"b": 1}, "b": {"b": 2}}),
        (b"[" * 300 + b"]" * 300, json.loads("[" * 300 + "]" * 300)),
    ],
)
def test_what_only_one_of_them_reads_is_read(raw: bytes, value: Any) -> None:
    assert parse_json(raw) == value


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"a": 1,\n "b" 2}', "The body is not JSON: Expecting ':' delimiter (line 2, column 6)."),
        (b'{"\xc3\xa9": \xe9}', "The body is not UTF-8: byte 7 cannot be read."),
        (b"[Infinity]", "The body is not JSON: a number in it cannot be read."),
        (b"[-1" + b"0" * 5000 + b"]", "The body is not JSON: a number in it cannot be read."),
        (b'[{"a": 1, "\\u0061": 2}]', "The body has “a” more than once in one object."),
        (b"[" * 100_000, "The body is nested too deeply."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(raw: bytes, said: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_json(raw)
    assert (refused.value.status, refused.value.detail) == (400, said)
