"""Validators and content codings as RFC 9110 has them."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.content_coding import accepts_gzip, gzipped
from services.feed.feeds.http_validators import http_date, is_unchanged

CHANGED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SAME, EARLIER, LATER = (f"Mon, 02 Mar 2026 {hour}:00:00 GMT" for hour in (12, 11, 13))


def unchanged(**headers: str) -> bool:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return is_unchanged(given, etag='"abc"', last_modified=CHANGED)


@pytest.mark.parametrize("value", ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc" , "y"', "*", " * "])
def test_a_client_that_names_the_etag_has_it(value: str) -> None:
    assert unchanged(if_none_match=value)


@pytest.mark.parametrize("value", ['"x"', "", "abc", '"abc-gzip"', '"', 'W/"'])
def test_a_client_that_names_another_has_not(value: str) -> None:
    assert not unchanged(if_none_match=value)


def test_the_etag_decides_over_the_date() -> None:
    assert not unchanged(if_none_match='"x"', if_modified_since=LATER)
    assert unchanged(if_none_match='"abc"', if_modified_since=EARLIER)


@pytest.mark.parametrize(("since", "expected"), [(SAME, True), (LATER, True), (EARLIER, False)])
def test_without_an_etag_the_date_decides(since: str, expected: bool) -> None:
    assert unchanged(if_modified_since=since) is expected


@given(st.text())
def test_no_header_breaks_it(text: str) -> None:
    unchanged(if_modified_since=text)
    unchanged(if_none_match=text)
    accepts_gzip(text)


def test_without_conditions_everything_is_sent() -> None:
    assert not unchanged()


def test_dates_are_written_as_http_has_them() -> None:
    assert http_date(CHANGED.replace(microsecond=5)) == SAME


@pytest.mark.parametrize("value", ["gzip", "br, gzip", "GZIP;q=0.5", "*", "deflate, x-gzip", "gzip; q=1.0"])
def test_who_takes_gzip_gets_it(value: str) -> None:
    assert accepts_gzip(value)


@pytest.mark.parametrize("value", ["", "identity", "gzip;q=0", "*;q=0", "br", "gzip;q=0, *", "gzip;q=x"])
def test_who_does_not_take_gzip_gets_it_plain(value: str) -> None:
    assert not accepts_gzip(value)


def test_gzip_gives_the_same_bytes_for_the_same_body() -> None:
    assert gzipped(b"a" * 1000) == gzipped(b"a" * 1000)
    assert gzip.decompress(gzipped(b"body")) == b"body"
