"""How often a client may call a service: each at a bearable pace, wrong tokens at a slow one."""

import math
import time
from functools import lru_cache
from ipaddress import IPv6Address

from fastapi import Request

from shared.pace import Pace
from shared.problems import Problem
from shared.tokens import not_authorised

_BURST_SECONDS = 10
"""How many seconds' worth of calls a client that was quiet may make at once."""

_WRONG_TOKENS = 100
"""So many wrong tokens from one address are answered at once; then one more each second."""

_NETWORK = 64
"""Bits of an IPv6 address that name a network; one host has all the addresses in it."""


_ADDRESSES_KNOWN = 1024
"""To read one anew takes as long as to parse an article's JSON."""


class CallLimits:
    """Counts the calls of each address, and of each token apart; 0 `per_second` sets no pace for tokens.

    Wrong tokens have a count of their own, so that nobody behind the same address can lock others out.
    """

    def __init__(self, per_second: int) -> None:
        self._pace = Pace(per_second, per_second * _BURST_SECONDS) if per_second else None
        self._wrong = Pace(per_second=1, burst=_WRONG_TOKENS)

    def known(self, request: Request, bearer: str) -> None:
        """Return when who bears a right token, known as `bearer`, may go on; otherwise raise the 429."""
        if self._pace is None:
            return
        seconds = self._pace.wait(f"{bearer} {_client(request)}", time.monotonic())
        if seconds:
            raise _too_many(seconds, "requests")

    def unknown(self, request: Request) -> Problem:
        """Return the 401 for who bears no right token, or the 429 when there were too many of these."""
        seconds = self._wrong.wait(_client(request), time.monotonic())
        return _too_many(seconds, "wrong tokens") if seconds else not_authorised()


def _client(request: Request) -> str:
    return _network_of(request.client.host if request.client else "")


@lru_cache(_ADDRESSES_KNOWN)
def _network_of(host: str) -> str:
    """Return the client's address; for IPv6 its network."""
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
