"""A position survives its way through an address, and nothing else passes for one."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.archive_position import Position
from shared.article import ARTICLE_ID_PATTERN

positions = st.builds(
    Position, at=st.integers(-(10**14), 10**14), article_id=st.from_regex(ARTICLE_ID_PATTERN, fullmatch=True)
)


@given(positions)
def test_a_key_names_its_position_and_needs_no_escaping(position: Position) -> None:
    assert Position.of(position.key) == position
    assert quote(position.key, safe=":~") == position.key


@given(st.text() | st.text("0123456789~-a."))
def test_a_position_has_one_key_only(text: str) -> None:
    found = Position.of(text)
    assert found is None or found.key == text


@pytest.mark.parametrize(
    "key", ["", "5", "5~", "~a", "05~a", "-0~a", "+5~a", "5~-a", "5~a/b", "5 ~a", "\u0665~a"]
)
def test_anything_else_names_none(key: str) -> None:
    assert Position.of(key) is None
