"""Sends one request and says what came of it. It decides nothing: that is `outcome.py`'s."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver

from services.feed.deliveries.address_guard import RefusedAddressError, SystemResolver, guarded_connector
from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.outcome import ErrorClass, Exchange
from services.feed.deliveries.transport import AiohttpTransport

TIMEOUT_SECONDS = 15.0
"""For the whole exchange, the answer's body included."""

MOST_READ = 16 * 1024
"""How many bytes of an answer are read; with more to come, its connection is closed."""

_KEPT_OF_SUCCESS, _KEPT_OF_FAILURE = 256, 2048
"""How many of them are kept with the attempt: a million receipts of 16 KB would fill Redis for everybody."""

_LONGEST_DETAIL = 500
_ENDPOINTS_KNOWN = 4096

_SUCCESS = range(200, 300)

_LONGEST_RETRY_AFTER = 100


class Sender:
    """Posts to endpoints over one pool of connections for the whole process."""

    def __init__(self, transport: httpx.AsyncBaseTransport, user_agent: str, timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self._headers = [
            (b"content-type", b"application/json"),
            (b"user-agent", user_agent.encode()),
            (b"accept-encoding", b"identity"),
            (b"accept", b"*/*"),
        ]

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Exchange:
        """Return what came of posting `body`; whatever the receiver does is data here, no exception."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        status, read, retry_after = None, b"", None
        error, detail = None, None
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._transport.handle_async_request(self._request(url, headers, body))
                status = response.status_code
                retry_after = response.headers.get("retry-after", "")[:_LONGEST_RETRY_AFTER] or None
                read = await _beginning(response)
        except TimeoutError:
            error, detail = ErrorClass.TIMEOUT, f"no complete answer within {self._timeout:g} s"
        except (httpx.TransportError, httpx.InvalidURL) as failure:
            error, detail = classify(failure)
        if status is not None and error is not ErrorClass.TIMEOUT:
            # An answer that breaks off after its status has still said what became of the request.
            failed = status not in _SUCCESS
            error, detail = (ErrorClass.STATUS, f"answered {status}") if failed else (None, None)
        return Exchange(
            duration_ms=round((loop.time() - started) * 1000),
            status=status,
            error=error,
            detail=None if detail is None else _printable(detail),
            excerpt=read[: _KEPT_OF_SUCCESS if error is None else _KEPT_OF_FAILURE].decode(errors="replace"),
            retry_after=retry_after,
        )

    def _request(self, url: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
        # By itself: a client around it costs a third of the rate and would only add redirects, cookies and
        # proxies, none of which a webhook has.
        own = [(name.encode(), value.encode()) for name, value in headers.items()]
        return httpx.Request("POST", _parsed(url), headers=self._headers + own, stream=httpx.ByteStream(body))


@lru_cache(_ENDPOINTS_KNOWN)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


async def _beginning(response: httpx.Response) -> bytes:
    """Return the beginning of the body; a connection with more of it is not used again."""
    read = bytearray()
    try:
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) >= MOST_READ:
                break
    finally:
        await response.aclose()
    return bytes(read[:MOST_READ])


def _printable(detail: str) -> str:
    """Return what a library said of a failure, in which it may quote any bytes that a receiver sent."""
    return detail[:_LONGEST_DETAIL].encode(errors="replace").decode()


def classify(failure: BaseException) -> tuple[ErrorClass, str]:
    """Return the class of a failed exchange and a sentence, by what lies at the bottom of `failure`.

    aiohttp's own exception, which is the cause of httpx's, decides.
    """
    causes = tuple(_causes(failure))
    for kind, error_class in (
        (RefusedAddressError, ErrorClass.REFUSED_ADDRESS),
        ((aiohttp.ClientSSLError, ssl.SSLError), ErrorClass.TLS),
        (aiohttp.ClientConnectorDNSError, ErrorClass.DNS),
        (TimeoutError, ErrorClass.TIMEOUT),
    ):
        for cause in causes:
            if isinstance(cause, kind):
                return error_class, str(cause) or error_class
    return ErrorClass.CONNECT, str(causes[-1]) or type(causes[-1]).__name__


def _causes(failure: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = failure
    while current is not None:
        yield current
        current = current.__cause__


@asynccontextmanager
async def open_sender(
    rules: AddressRules,
    *,
    user_agent: str,
    timeout: float = TIMEOUT_SECONDS,  # noqa: ASYNC109 - of each exchange, not of this function
    resolver: AbstractResolver | None = None,
) -> AsyncIterator[Sender]:
    """Run a sender that connects only where `rules` let it; `timeout` is in seconds."""
    names = resolver or SystemResolver()
    try:
        connector = guarded_connector(rules, names, httpx.create_ssl_context())
        async with AiohttpTransport(connector) as transport:
            yield Sender(transport, user_agent, timeout)
    finally:
        await names.close()
