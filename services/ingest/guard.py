"""Lets in who bears the token, each client at a bearable pace, and tells the others when to come again."""

import math
import time
from ipaddress import IPv6Address

from fastapi import Request

from services.ingest.pace import Pace
from shared.problems import Problem
from shared.tokens import bearer, not_authorised, same_token

_BURST_SECONDS = 10
"""How many seconds' worth of calls a client that was quiet may make at once."""

_WRONG_TOKENS = 100
"""So many wrong tokens from one address are answered at once; then one more each second."""

_NETWORK = 64
"""Bits of an IPv6 address that name a network; one host has all the addresses in it."""


class Guard:
    """A FastAPI dependency; raises the 401 or 429.

    Wrong tokens are counted apart, so that nobody behind the same address can lock the publisher out.
    `per_second` 0 sets no pace for those who bear the token.
    """

    def __init__(self, token: str, per_second: int) -> None:
        self._token = token
        self._pace = Pace(per_second, per_second * _BURST_SECONDS) if per_second else None
        self._wrong = Pace(per_second=1, burst=_WRONG_TOKENS)

    async def __call__(self, request: Request) -> None:
        """Return when the request may go on."""
        authorised = same_token(bearer(request), self._token)
        pace = self._pace if authorised else self._wrong
        seconds = pace.wait(_client(request), time.monotonic()) if pace else 0
        if seconds:
            raise _too_many(seconds, "requests" if authorised else "wrong tokens")
        if not authorised:
            raise not_authorised()


def _client(request: Request) -> str:
    """Return the client's address; for IPv6 its network."""
    host = request.client.host if request.client else ""
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped
    return str(mapped or IPv6Address(int(address) >> _NETWORK << _NETWORK))


def _too_many(seconds: float, what: str) -> Problem:
    after = math.ceil(seconds)
    unit = "second" if after == 1 else "seconds"
    return Problem(
        429,
        f"Too many {what} from this address: come again in {after} {unit}.",
        headers={"Retry-After": str(after)},
    )
