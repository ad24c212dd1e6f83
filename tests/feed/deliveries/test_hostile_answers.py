"""Whatever bytes a receiver answers, the attempt has an end that can be stored, and the worker goes on."""

import asyncio

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from tests.builders import an_event
from tests.feed.deliveries.delivery_builders import deliveries
from tests.feed.deliveries.raw_server import a_raw_server
from tests.receiver import a_receiver

_OK = b"HTTP/1.1 200 OK\r\n"
_EMPTY = b"Content-Length: 0\r\n\r\n"

ANSWERS = {
    "a status that is no text": b"HTTP/1.1 \xff\xfe\xfd\r\n\r\n",
    "no line of HTTP": b"\xff\xfe\x00\xd8\r\n\r\n",
    "a reason that is no text": b"HTTP/1.1 500 \xff\xfe\r\n" + _EMPTY,
    "a header's name that is no text": _OK + b"x\xff: y\r\n" + _EMPTY,
    "a header's value that is no text": _OK + b"x: \xff\xfe\xed\xa0\x80\r\n" + _EMPTY,
    "a Retry-After that is no text": b"HTTP/1.1 503 \r\nRetry-After: \xff\xed\xa0\x80\r\n" + _EMPTY,
    "a zero byte": _OK + b"x: a\x00b\r\n" + _EMPTY,
    "a header without an end": _OK + b"x: " + b"\xff" * 200_000,
    "headers without number": _OK + b"".join(b"x%d: y\r\n" % n for n in range(40_000)) + b"\r\n",
    "a status of four digits": b"HTTP/1.1 9999 X\r\n" + _EMPTY,
    "a status of none": b"HTTP/1.1 000 X\r\n" + _EMPTY,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\xff",
    "interim answers alone": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    "a length that is none": _OK + b"Content-Length: many\r\n\r\n",
    "two lengths": _OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "chunks that are none": _OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\xff\xff\r\n",
    "a chunk too large": _OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n\xff",
    "a body that is no text": _OK + b"Content-Length: 4\r\n\r\n\xff\xed\xa0\x80",
    "a coding that is none": _OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
    "a redirection to nowhere": b"HTTP/1.1 302 \r\nLocation: \xff://\xed\xa0\x80\r\n" + _EMPTY,
    "a cookie": _OK + b"Set-Cookie: \xff=\xfe; Domain=.\r\n" + _EMPTY,
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_ends_the_attempt_and_not_the_worker(redis: Redis, said: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.write_eof()

    async with a_raw_server(say) as url, a_receiver() as sound, deliveries(redis, timeout=1) as sending:
        hostile, other = await sending.add(url), await sending.add(sound.url)
        first, second = an_event(), an_event()
        await sending.intake.take(0, [first])
        await sending.outcome(hostile, first, None)
        await sending.intake.take(0, [second])
        await sending.outcome(other, second, DeliveryStatus.DELIVERED)
        assert not sending.running.done()
