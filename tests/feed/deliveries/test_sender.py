"""What came of one exchange with a real receiver, told apart by its cause."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from socket import AddressFamily

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.outcome import ErrorClass, Exchange
from services.feed.deliveries.sender import MOST_READ, open_sender
from tests.conftest import a_free_port
from tests.feed.deliveries.delivery_builders import LOOPBACK
from tests.feed.deliveries.raw_server import a_raw_server
from tests.receiver import Answer, Received, Receiver, a_receiver

BODY = b'{"type":"article.published"}'


class Answers(AbstractResolver):
    """A name server that gives these addresses for every name, or none."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: AddressFamily = AddressFamily.AF_INET,
    ) -> list[ResolveResult]:
        if not self.addresses:
            raise OSError(None, "no such name")
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self.addresses
        ]

    async def close(self) -> None:
        return None


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


async def post(
    url: str,
    *,
    rules: AddressRules = LOOPBACK,
    timeout: float = 5.0,  # noqa: ASYNC109 - of the exchange, not of this function
    resolver: AbstractResolver | None = None,
) -> Exchange:
    async with open_sender(rules, user_agent="Newswire/1", timeout=timeout, resolver=resolver) as sender:
        return await sender.send(url, {"webhook-id": "evt_1"}, BODY)


def answering(status: int, headers: dict[str, str], body: bytes = b"") -> Answer:
    async def answer(_: Received) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


async def test_what_is_sent_is_exactly_what_was_given(receiver: Receiver) -> None:
    exchange = await post(f"{receiver.url}/hook?key=1")
    assert (exchange.status, exchange.error) == (204, None)
    (received,) = receiver.received
    assert received.body == BODY
    assert received.headers["webhook-id"] == "evt_1"
    assert received.headers["user-agent"] == "Newswire/1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["accept-encoding"] == "identity"


async def test_a_failing_status_keeps_what_the_receiver_said(receiver: Receiver) -> None:
    receiver.answer = answering(503, {"Retry-After": "120"}, b"come back \xff later")
    exchange = await post(receiver.url)
    assert (exchange.status, exchange.error, exchange.retry_after) == (503, ErrorClass.STATUS, "120")
    assert exchange.excerpt == "come back � later"


@pytest.mark.parametrize(("status", "kept"), [(200, 256), (500, 2048)])
async def test_of_a_long_answer_a_little_is_kept(receiver: Receiver, status: int, kept: int) -> None:
    receiver.answer = answering(status, {}, b"x" * MOST_READ)
    assert (await post(receiver.url)).excerpt == "x" * kept


async def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    receiver.answer = answering(307, {"Location": f"{receiver.url}/elsewhere"})
    exchange = await post(f"{receiver.url}/hook")
    assert (exchange.status, exchange.error) == (307, ErrorClass.STATUS)
    assert [received.path for received in receiver.received] == ["/hook"]


async def test_no_cookie_is_kept_and_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{a_free_port()}")
    receiver.answer = answering(200, {"Set-Cookie": "a=b"})
    async with open_sender(LOOPBACK, user_agent="Newswire/1") as sender:
        assert (await sender.send(receiver.url, {}, BODY)).error is None
        assert (await sender.send(receiver.url, {}, BODY)).error is None
    assert "cookie" not in receiver.received[1].headers


async def test_of_an_endless_body_only_the_beginning_is_read() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async with a_raw_server(endless) as url:
        exchange = await post(url)
    assert (exchange.status, exchange.error) == (200, None)
    assert exchange.excerpt == "x" * 256
    assert sent < 32 * 1024 * 1024


async def test_a_body_that_drips_is_a_timeout_however_well_it_began() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with a_raw_server(drip) as url:
        exchange = await post(url, timeout=0.3)
    assert (exchange.status, exchange.error) == (200, ErrorClass.TIMEOUT)
    assert 250 <= exchange.duration_ms < 2000


async def test_headers_that_never_end_are_a_timeout_too() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await writer.drain()
        await asyncio.sleep(60)

    async with a_raw_server(drip) as url:
        exchange = await post(url, timeout=0.2)
    assert (exchange.status, exchange.error) == (None, ErrorClass.TIMEOUT)


async def test_a_body_that_breaks_off_has_still_had_its_status() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthan")
        await writer.drain()

    async with a_raw_server(break_off) as url:
        exchange = await post(url)
    assert (exchange.status, exchange.error) == (200, None)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 nonsense\r\n\r\n"])
async def test_a_server_that_speaks_no_http_is_a_failed_connection(said: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        writer.write(said)

    async with a_raw_server(speak) as url:
        exchange = await post(url)
    assert (exchange.status, exchange.error) == (None, ErrorClass.CONNECT)
    assert exchange.detail


async def test_a_closed_port_is_a_failed_connection(free_port: int) -> None:
    assert (await post(f"http://127.0.0.1:{free_port}/")).error is ErrorClass.CONNECT


async def test_a_server_without_tls_fails_as_tls(receiver: Receiver) -> None:
    exchange = await post(receiver.url.replace("http://", "https://"))
    assert exchange.error is ErrorClass.TLS


async def test_a_name_that_is_not_known_fails_as_dns() -> None:
    assert (await post("http://nobody.example/", resolver=Answers())).error is ErrorClass.DNS
    assert (await post("http://nobody.invalid/")).error is ErrorClass.DNS


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])
async def test_a_literal_forbidden_address_is_refused_without_a_connection(
    receiver: Receiver, host: str
) -> None:
    port = receiver.url.rpartition(":")[2]
    exchange = await post(f"http://{host}:{port}/", rules=AddressRules())
    assert exchange.error is ErrorClass.REFUSED_ADDRESS
    assert receiver.received == []


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("10.0.0.1",)])
async def test_a_name_with_any_forbidden_answer_is_refused(addresses: tuple[str, ...]) -> None:
    exchange = await post("http://partner.example/", rules=AddressRules(), resolver=Answers(*addresses))
    assert exchange.error is ErrorClass.REFUSED_ADDRESS
    assert "not allowed" in (exchange.detail or "")


async def test_localhost_by_its_name_is_refused_with_the_system_s_own_resolver() -> None:
    exchange = await post("http://localhost/", rules=AddressRules())
    assert exchange.error is ErrorClass.REFUSED_ADDRESS


async def test_a_name_whose_answer_is_allowed_is_connected_to(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    exchange = await post(f"http://partner.example:{port}/", resolver=Answers("127.0.0.1"))
    assert exchange.status == 204
    assert receiver.received[0].headers["host"] == f"partner.example:{port}"


@pytest.mark.parametrize("host", ["2130706433", "127.1"])
async def test_another_way_to_write_an_address_leads_nowhere(receiver: Receiver, host: str) -> None:
    port = receiver.url.rpartition(":")[2]
    rules = AddressRules((ip_network("10.0.0.0/8"),))
    assert (await post(f"http://{host}:{port}/", rules=rules)).error is not None
    assert receiver.received == []


async def test_connections_are_kept_alive() -> None:
    connections = 0

    async def answer_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await reader.readuntil(BODY)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with a_raw_server(answer_for_ever) as url, open_sender(LOOPBACK, user_agent="N/1") as sender:
        for _ in range(20):
            assert (await sender.send(url, {}, BODY)).error is None
    assert connections == 1
