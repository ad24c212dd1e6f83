"""How often somebody may try to sign in: counted by address, in a memory that cannot be filled. Pure."""

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

MOST = 10
"""Failures within `SPAN` after which an address must wait."""

SPAN = timedelta(minutes=5)

ADDRESSES = 10_000
"""Addresses that are remembered; whoever has more of them meets a token of 256 random bits all the same."""

_HOME_NETWORK = 64
"""Bits of an IPv6 address that stand for one subscriber, who may use any address behind them."""


class Attempts:
    """Remembers the latest failures of each address."""

    def __init__(self, *, most: int = MOST, addresses: int = ADDRESSES) -> None:
        self._most = most
        self._addresses = addresses
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()

    def wait_seconds(self, address: str, now: datetime) -> int:
        """Return for how long this address must not try again, 0 when it may."""
        recent = [at for at in self._failures.get(_subscriber(address), ()) if now - at < SPAN]
        if len(recent) < self._most:
            return 0
        return ceil((recent[-self._most] + SPAN - now).total_seconds())

    def failed(self, address: str, now: datetime) -> None:
        """Remember a failure; the address that failed longest ago is forgotten for it when there are many."""
        subscriber = _subscriber(address)
        self._failures[subscriber] = [*self._failures.pop(subscriber, ()), now][-self._most :]
        if len(self._failures) > self._addresses:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        self._failures.pop(_subscriber(address), None)


def _subscriber(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(int(known) >> (128 - _HOME_NETWORK))
    return str(known)
