"""Validators and content codings as RFC 9110 has them: what no header can break."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.content_coding import BROTLI, CODINGS, GZIP, acceptable_codings, encoded
from services.feed.feeds.http_validators import ANY, entity_tags, http_date, read_http_date
from services.feed.feeds.representation import Answers, Representation
from tests.builders import NOON, HandClock

SAME = "Mon, 02 Mar 2026 12:00:00 GMT"
texts = st.text(st.characters(max_codepoint=255))


@given(texts, texts, texts)
def test_no_header_breaks_an_answer(tags: str, since: str, accepted: str) -> None:
    answers = Answers(Representation(b"body", "text/plain", '"abc"', NOON), HandClock())
    headers = {"if-none-match": tags, "if-modified-since": since, "accept-encoding": accepted}
    answer = answers.to([(name.encode(), value.encode("latin-1")) for name, value in headers.items()])
    assert answer is None or answer.status in {200, 304}


@given(st.lists(st.text("abc-+/!#~\xe9", max_size=8), min_size=1))
def test_every_list_of_tags_is_read(tags: list[str]) -> None:
    quoted = [f'"{tag}"' for tag in tags]
    assert entity_tags(", ".join(quoted)) == entity_tags(" ,W/".join(["", *quoted])) == set(quoted)


def test_a_star_is_no_tag() -> None:
    assert entity_tags(" * ") is ANY
    assert entity_tags('"*"') is not ANY


def test_a_long_list_of_tags_is_read_in_no_time() -> None:
    assert len(entity_tags(", ".join(f'"{n}"' for n in range(5000)))) == 5000
    assert entity_tags('"a"' + " ," * 30_000 + "x") == set()


def test_dates_are_written_as_http_has_them() -> None:
    assert http_date(NOON.replace(microsecond=5)) == SAME


@pytest.mark.parametrize(
    "text", [SAME, "Monday, 02-Mar-26 12:00:00 GMT", "Mon Mar  2 12:00:00 2026", f"  {SAME} "]
)
def test_all_three_forms_of_dates_are_read(text: str) -> None:
    assert read_http_date(text, NOON) == NOON


def test_a_year_of_two_digits_is_the_nearest_that_is_not_far_ahead() -> None:
    assert read_http_date("Sunday, 06-Nov-94 08:49:37 GMT", NOON) == datetime(
        1994, 11, 6, 8, 49, 37, tzinfo=UTC
    )
    assert read_http_date("Sunday, 06-Nov-70 08:49:37 GMT", NOON) == datetime(
        2070, 11, 6, 8, 49, 37, tzinfo=UTC
    )


@given(st.text())
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_http_date(text, NOON) is None


def test_a_date_of_the_same_second_is_not_shown_before_it_has_come() -> None:
    clock = HandClock()
    ahead = Answers(Representation(b"", "text/plain", '"abc"', NOON.replace(second=1)), clock)
    assert ahead.dated_ahead
    shown = ahead.to([])
    assert shown is not None
    assert (b"last-modified", SAME.encode()) in shown.headers
    since = ahead.to([(b"if-modified-since", SAME.encode())])
    assert since is not None
    assert since.status == 200


def test_a_date_is_not_shown_that_had_not_come_when_the_bytes_were_last_seen_to_be_current() -> None:
    """In the second between, another process may have given other bytes out under that date."""
    clock = HandClock(NOON + timedelta(seconds=5))
    held = Representation(b"", "text/plain", '"abc"', NOON + timedelta(seconds=1))
    early = Answers(held, clock, seen_at=NOON)
    assert early.dated_ahead
    assert b"last-modified: " + SAME.encode() in early.to([]).header_lines  # type: ignore[union-attr]
    late = Answers(held, clock, seen_at=NOON + timedelta(seconds=1))
    assert not late.dated_ahead


def test_compressed_bytes_are_the_same_for_the_same_body() -> None:
    body = b"The road opened late this year. " * 1000
    made = encoded(body)
    assert made == encoded(body)
    assert gzip.decompress(made[GZIP]) == brotli.decompress(made[BROTLI]) == body


@given(st.text())
def test_no_client_is_sent_what_it_refuses(text: str) -> None:
    assert set(acceptable_codings(text)) <= set(CODINGS)
    assert BROTLI not in acceptable_codings(f"{text}, br;q=0")
