"""What the front answers and what it leaves to the framework share one connection without a mix-up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from services.feed.feeds.channel import Form
from services.feed.feeds.front import edition_at
from services.feed.feeds.rendition import Edition
from services.feed.feeds.selection import ALL
from tests.builders import an_article, an_event
from tests.feed.feeds.feed_server import FeedServer, a_feed_server

FEED, PAGE = "/feeds/all.rss", "/feeds.opml"


async def until_at_hand(server: FeedServer, text: str = "") -> None:
    """Wait until the front answers for the feed, and with this text in it."""
    async with asyncio.timeout(20):
        while (
            text.encode() not in (await server.ask(FEED)).body
            or server.renditions.answers(Edition(ALL, Form.RSS)) is None
        ):
            pass


@pytest_asyncio.fixture
async def server(redis: Redis) -> AsyncIterator[FeedServer]:
    async with a_feed_server(redis) as server:
        await server.index.apply(0, [an_event()])
        await until_at_hand(server)
        yield server


async def sent_at_once(server: FeedServer, *requests: str) -> bytes:
    """Write all requests in one piece and return everything that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("".join(requests).encode("latin-1"))
    async with asyncio.timeout(20):
        answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answered


def request(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> str:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: feeds.test", *headers, "", ""])


def kinds(answered: bytes) -> list[bytes]:
    """Return the media types of the answers that came back, in order."""
    return [
        line.partition(b": ")[2].partition(b";")[0]
        for line in answered.split(b"\r\n")
        if line.startswith(b"content-type: ")
    ]


async def test_answers_come_in_the_order_of_the_requests_whoever_gives_them(server: FeedServer) -> None:
    paths = [FEED, PAGE, FEED, FEED, PAGE, PAGE, FEED, PAGE]
    last = request(FEED, "Connection: close")
    answered = await sent_at_once(server, *[request(path) for path in paths], last)
    names = {FEED: b"application/rss+xml", PAGE: b"text/x-opml"}
    assert kinds(answered) == [names[path] for path in [*paths, FEED]]


async def test_a_body_that_comes_with_a_get_is_passed_over(server: FeedServer) -> None:
    with_a_length = request(FEED, "Content-Length: 5") + "hello"
    in_chunks = request(FEED, "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"
    answered = await sent_at_once(server, with_a_length, in_chunks, request(FEED, "Connection: close"))
    assert answered.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert kinds(answered) == [b"application/rss+xml"] * 3


@pytest.mark.parametrize(
    "asked", [request(FEED, "Connection: close"), request(FEED, version="1.0"), request(FEED, method="HEAD")]
)
async def test_the_connection_ends_when_it_should(server: FeedServer, asked: str) -> None:
    if "HEAD" in asked:
        asked += request(FEED, "Connection: close", method="HEAD")
    answered = await sent_at_once(server, asked)
    assert answered.count(b"connection: close\r\n") == 1
    assert answered.endswith(b"\r\n\r\n" if "HEAD" in asked else b"</rss>")


async def test_an_idle_connection_is_closed_after_an_answer_of_the_front(server: FeedServer) -> None:
    answered = await sent_at_once(server, request(FEED))
    assert answered.endswith(b"</rss>")


async def test_a_reader_that_asks_and_asks_and_takes_nothing_is_held_up(server: FeedServer) -> None:
    text = "".join(f"<p>{number}</p>" for number in range(20_000))
    await server.index.apply(0, [an_event(article=an_article(id="long", content_html=text))])
    await until_at_hand(server, "19999")
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(request(FEED).encode() * 1000)
        await server.ask(PAGE)
        ends = {end.get_extra_info("peername"): end for end in server.transports}
        here = ends[writer.get_extra_info("sockname")]
        waiting: list[int] = []
        async with asyncio.timeout(20):
            while len(waiting) < 20 or waiting[-20] != waiting[-1]:
                await server.ask(PAGE)
                waiting.append(here.get_write_buffer_size())
        # What waits for the reader is an answer or two, and not all that it has asked for.
        assert 0 < waiting[-1] < 4 * len(text)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("target", ["*", "http://feeds.test", "//", "/feeds/%ff.rss", "/feeds/all.rss%00"])
async def test_odd_targets_are_the_frameworks(server: FeedServer, target: str) -> None:
    assert (await server.ask(target)).status in {400, 404}


@pytest.mark.parametrize(
    "target", ["/feeds/all.rss?utm_source=x", "http://any.example/feeds/all.rss", "/feeds/%61ll.rss"]
)
async def test_one_feed_has_many_spellings(server: FeedServer, target: str) -> None:
    assert edition_at(target.encode()) == Edition(ALL, Form.RSS)
    assert (await server.ask(target)).body == (await server.ask(FEED)).body


@given(st.binary(max_size=400))
def test_no_target_breaks_the_front(target: bytes) -> None:
    edition_at(target)
    edition_at(b"/feeds/" + target + b".rss")
