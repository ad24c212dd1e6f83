"""Sends one request and says what came of it. It decides nothing: that is `outcome.py`'s."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from services.feed.deliveries.address_guard import RefusedAddressError, SystemResolver, guarded_connector
from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.outcome import ErrorClass, Exchange

TIMEOUT_SECONDS = 15.0
"""For the whole exchange, the answer's body included."""

EXCERPT_BYTES = 16 * 1024
"""How much of an answer is read and kept."""

_SUCCESS = range(200, 300)

_LONGEST_RETRY_AFTER = 100


class Sender:
    """Posts to endpoints over one pool of connections for the whole process."""

    def __init__(self, transport: httpx.AsyncBaseTransport, user_agent: str, timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self._headers = {
            "content-type": "application/json",
            "user-agent": user_agent,
            "accept-encoding": "identity",
            "accept": "*/*",
        }

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Exchange:
        """Return what came of posting `body`; whatever the receiver does is data here, no exception."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        status, excerpt, retry_after = None, None, None
        error, detail = None, None
        try:
            async with asyncio.timeout(self._timeout):
                # The transport by itself: a client around it costs a third of the rate and would only add
                # redirects, cookies and proxies, none of which a webhook has.
                request = httpx.Request("POST", url, headers={**self._headers, **headers}, content=body)
                response = await self._transport.handle_async_request(request)
                status = response.status_code
                retry_after = response.headers.get("retry-after", "")[:_LONGEST_RETRY_AFTER] or None
                excerpt = await _excerpt(response)
        except TimeoutError:
            error, detail = ErrorClass.TIMEOUT, f"no complete answer within {self._timeout:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError) as failure:
            error, detail = classify(failure)
        if status is not None and error is not ErrorClass.TIMEOUT:
            # An answer that breaks off after its status has still said what became of the request.
            failed = status not in _SUCCESS
            error, detail = (ErrorClass.STATUS, f"answered {status}") if failed else (None, None)
        return Exchange(
            duration_ms=round((loop.time() - started) * 1000),
            status=status,
            error=error,
            detail=detail,
            excerpt=excerpt,
            retry_after=retry_after,
        )


async def _excerpt(response: httpx.Response) -> str:
    """Return the beginning of the body as text; a connection with more of it is not used again."""
    read = bytearray()
    try:
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) >= EXCERPT_BYTES:
                break
    finally:
        await response.aclose()
    return bytes(read[:EXCERPT_BYTES]).decode(errors="replace")


def classify(failure: BaseException) -> tuple[ErrorClass, str]:
    """Return the class of a failed exchange and a sentence, by what lies at the bottom of `failure`.

    httpx-aiohttp takes some failures for others (a refused address for `ConnectError`, a server that hangs up
    for `ConnectTimeout`), so aiohttp's own exception, which is the cause, decides.
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
    tls = httpx.create_ssl_context()
    names = resolver or SystemResolver()
    connector = guarded_connector(rules, names, tls)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        yield Sender(AiohttpTransport(verify=tls, client=session), user_agent, timeout)
    await names.close()
