"""Feeds as a bare HTTP client meets them: every header, condition and content coding, over a real socket."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import brotli
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from shared.events import EventType
from tests.builders import an_event
from tests.feed.feeds.feed_server import FeedServer, RawAnswer, a_feed_server

RSS = "/feeds/all.rss"
TOPIC = "/feeds/topic/food-security.json"


@pytest_asyncio.fixture
async def server(redis: Redis) -> AsyncIterator[FeedServer]:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [an_event()])
        yield server


async def until(condition: Callable[[RawAnswer], bool], server: FeedServer, *headers: str) -> RawAnswer:
    """Ask for a feed until the answer is as wanted."""
    async with asyncio.timeout(20):
        while not condition(answer := await server.ask(RSS, *headers)):
            pass
    return answer


async def compressed(server: FeedServer, coding: str) -> RawAnswer:
    """Return the answer in a coding as soon as it has been made."""
    return await until(lambda answer: "content-encoding" in answer, server, f"Accept-Encoding: {coding}")


async def test_a_feed_comes_with_all_that_readers_and_caches_need_and_no_more(server: FeedServer) -> None:
    for _ in ("made for the first", "from memory"):
        answer = await server.ask(TOPIC)
        given = dict(answer.headers)
        del given["date"], given["connection"]
        assert given == {
            "content-type": "application/feed+json; charset=utf-8",
            "content-length": str(len(answer.body)),
            "cache-control": "public, max-age=300",
            "vary": "Accept-Encoding",
            "link": '<https://news.example/feeds/topic/food-security.json>; rel="self"',
            "etag": answer["etag"],
            "last-modified": answer["last-modified"],
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "ETag, Last-Modified, Link",
            "x-content-type-options": "nosniff",
        }


def undated(answer: RawAnswer) -> list[tuple[str, str]]:
    return [pair for pair in answer.headers if pair[0] != "date"]


def http(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


CONDITIONS: list[tuple[str, int]] = [
    ("If-None-Match: {etag}", 304),
    ("If-None-Match: W/{etag}", 304),
    ('If-None-Match: "other", {etag}', 304),
    ('If-None-Match: "other",W/{etag} , "more"', 304),
    ('If-None-Match: , {etag},, "more",', 304),
    ("If-None-Match: *", 304),
    ('If-None-Match: "other"\r\nIf-None-Match: {etag}', 304),
    ('If-None-Match: "other"', 200),
    ("If-None-Match:", 200),
    ("If-None-Match: {opaque}", 200),
    ('If-None-Match: "{opaque}', 200),
    ('If-None-Match: {etag} "more"', 200),
    ("If-None-Match: w/{etag}", 200),
    ("If-None-Match: *, {etag}", 200),
    ('If-None-Match: "{opaque}-gzip"', 200),
    ("If-Modified-Since: {modified}", 304),
    ("If-Modified-Since: {modified_rfc850}", 304),
    ("If-Modified-Since: {modified_asctime}", 304),
    ("If-Modified-Since: {before}", 200),
    ("If-Modified-Since: {before_rfc850}", 200),
    ("If-Modified-Since: {before_asctime}", 200),
    ("If-Modified-Since: {future}", 200),
    ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ("If-Modified-Since: {modified_in_zone}", 200),
    ("If-Modified-Since: yesterday", 200),
    ("If-Modified-Since: Sun, 31 Feb 2099 00:00:00 GMT", 200),
    ("If-Modified-Since:", 200),
    ("If-None-Match: {etag}\r\nIf-Modified-Since: {before}", 304),
    ('If-None-Match: "other"\r\nIf-Modified-Since: {modified}', 200),
    ("If-None-Match: {opaque}\r\nIf-Modified-Since: {modified}", 200),
    ("If-Match: {etag}", 200),
    ("Range: bytes=0-9", 200),
    ("Range: bytes=0-9\r\nIf-Range: {etag}", 200),
    ("A-IM: feed\r\nIf-None-Match: {etag}", 304),
    ('A-IM: feed\r\nIf-None-Match: "other"', 200),
]


async def test_conditions(server: FeedServer) -> None:
    first = await server.ask(RSS)
    modified = parsedate_to_datetime(first["last-modified"])
    before = modified - timedelta(seconds=1)
    given = {
        "etag": first["etag"],
        "opaque": first["etag"].strip('"'),
        "modified": http(modified),
        "modified_rfc850": modified.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        "modified_asctime": modified.strftime("%a %b %e %H:%M:%S %Y"),
        "modified_in_zone": modified.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "before": http(before),
        "before_rfc850": before.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
        "before_asctime": before.strftime("%a %b %e %H:%M:%S %Y"),
        "future": http(datetime.now(UTC) + timedelta(hours=1)),
    }
    found = []
    for condition, _ in CONDITIONS:
        line = condition.format(**given)
        got, asked = [await server.ask(RSS, line, method=method) for method in ("GET", "HEAD")]
        found.append((condition, got.status))
        assert got.body == (first.body if got.status == 200 else b"")
        assert (asked.status, undated(asked)) == (got.status, undated(got))
    assert found == CONDITIONS


async def test_a_304_repeats_what_caches_need_and_says_nothing_of_a_body(server: FeedServer) -> None:
    first = await server.ask(RSS)
    second = await server.ask(RSS, f"If-None-Match: {first['etag']}")
    left_out = {"content-type", "content-length", "x-content-type-options"}
    assert {n for n, _ in first.headers} - {n for n, _ in second.headers} == left_out
    assert set(undated(second)) <= set(first.headers)


async def test_answers_without_a_body_leave_the_connection_clean(server: FeedServer) -> None:
    etag = (await server.ask(RSS))["etag"]
    conditional = [f"If-None-Match: {etag}"]
    asked = [("HEAD", RSS, []), ("GET", RSS, conditional), ("OPTIONS", RSS, []), ("GET", RSS, [])]
    answers = await server.ask_all(asked)
    assert [answer.status for answer in answers] == [200, 304, 204, 200]
    assert answers[0]["content-length"] == answers[3]["content-length"]
    assert answers[3].body.startswith(b"<?xml")


CODINGS: list[tuple[str | None, str | None]] = [
    (None, None),
    ("", None),
    ("identity", None),
    ("deflate, zstd", None),
    ("gzip", "gzip"),
    ("GZip", "gzip"),
    ("x-gzip", "gzip"),
    ("br", "br"),
    ("gzip, deflate, br, zstd", "br"),
    ("gzip;q=1.0, br;q=0.5", "gzip"),
    ("br;q=0.001", "br"),
    ("br;q=0, gzip;q=0", None),
    ("*", "br"),
    ("*;q=0.5, br;q=0", "gzip"),
    ("gzip;q=0.5, identity", None),
    ("gzip;q=0.5, identity;q=0", "gzip"),
    ("gzip;q=nonsense", None),
    ("gzip;q=2", None),
    ("gzip\r\nAccept-Encoding: br", "br"),
]


async def test_content_codings(server: FeedServer) -> None:
    plain = await server.ask(RSS)
    await compressed(server, "br")
    read = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    found = []
    for accepted, _ in CODINGS:
        answer = await server.ask(RSS, *([] if accepted is None else [f"Accept-Encoding: {accepted}"]))
        coding = dict(answer.headers).get("content-encoding")
        found.append((accepted, coding))
        assert read[coding](answer.body) == plain.body
        assert int(answer["content-length"]) == len(answer.body)
        assert answer["etag"] == (f'{plain["etag"][:-1]}-{coding}"' if coding else plain["etag"])
        assert answer["vary"] == "Accept-Encoding"
        assert [answer["last-modified"], answer["link"]] == [plain["last-modified"], plain["link"]]
    assert found == CODINGS


@pytest.mark.parametrize("accepted", ["gzip, identity;q=0", "br, *;q=0"])
async def test_who_takes_no_plain_bytes_gets_others_even_right_after_a_change(
    server: FeedServer, accepted: str
) -> None:
    first = await server.ask(RSS, f"Accept-Encoding: {accepted}")
    assert first["content-encoding"] == accepted.partition(",")[0]
    await compressed(server, "gzip")
    assert (await server.ask(RSS, f"Accept-Encoding: {accepted}")).body == first.body


@pytest.mark.parametrize("accepted", ["zstd, identity;q=0", "*;q=0"])
async def test_who_takes_nothing_that_there_is_learns_what_there_is(
    server: FeedServer, accepted: str
) -> None:
    answer = await server.ask(RSS, f"Accept-Encoding: {accepted}")
    assert answer.status == 406
    assert b"br, gzip, identity" in answer.body


async def test_nobody_loads_a_feed_again_because_it_has_been_compressed_meanwhile(server: FeedServer) -> None:
    plain, packed = await server.ask(RSS), await compressed(server, "gzip")
    for held in (plain, packed):
        condition = ("Accept-Encoding: br, gzip", f"If-None-Match: {held['etag']}")
        answer = await server.ask(RSS, *condition)
        assert (answer.status, answer["etag"]) == (304, held["etag"])
    # Who no longer takes gzip cannot be sent back to bytes in gzip.
    assert (await server.ask(RSS, f"If-None-Match: {packed['etag']}")).status == 200


async def test_every_change_moves_both_validators_and_no_date_lies_ahead(server: FeedServer) -> None:
    held = await server.ask(RSS)
    for version in (2, 3, 4):
        kind = EventType.WITHDRAWN if version % 2 == 0 else EventType.UPDATED
        await server.index.apply(0, [an_event(version=version, type=kind)])
        for name, validator in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
            line = f"{name}: {held[validator]}"
            await until(lambda answer: answer.status == 200, server, line)
        held = await until(lambda answer, old=held["etag"]: answer["etag"] != old, server)  # type: ignore[misc]
        assert parsedate_to_datetime(held["last-modified"]) <= parsedate_to_datetime(held["date"])


async def test_feeds_can_only_be_read(server: FeedServer) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await server.ask(RSS, "Content-Length: 0", method=method)
        assert answer.status == 405
        assert {part.strip() for part in answer["allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


async def test_a_script_on_another_site_may_ask_on_conditions(server: FeedServer) -> None:
    preflight = (
        "Origin: https://reader.example",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: if-none-match",
    )
    answer = await server.ask(RSS, *preflight, method="OPTIONS")
    assert answer.status == 204
    assert answer["access-control-allow-origin"] == "*"
    assert "GET" in answer["access-control-allow-methods"]
    assert answer["access-control-allow-headers"] == "*"


@pytest.mark.parametrize("path", ["/feeds/topic/unheard-of.rss", "/feeds/all.xml", "/feeds/x.rss"])
async def test_a_script_can_read_that_there_is_no_such_feed(server: FeedServer, path: str) -> None:
    answer = await server.ask(path)
    assert (answer.status, answer["access-control-allow-origin"]) == (404, "*")
    assert "set-cookie" not in answer
