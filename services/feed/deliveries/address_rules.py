"""Which addresses we connect to on a partner's word: the public internet, not our own network.

Written out from the IANA registries of special-purpose addresses, since `ipaddress` judges differently from
one Python to the next and knows nothing of IPv4 inside IPv6.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORBIDDEN: tuple[tuple[str, tuple[Network, ...]], ...] = tuple(
    (kind, tuple(ip_network(text) for text in networks.split()))
    for kind, networks in (
        ("loopback", "127.0.0.0/8 ::1/128"),
        ("private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10"),
        ("link-local", "169.254.0.0/16 fe80::/10"),
        ("carrier-grade NAT", "100.64.0.0/10"),
        ("multicast", "224.0.0.0/4 ff00::/8"),
        ("documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"),
        ("benchmarking", "198.18.0.0/15 2001:2::/48"),
        ("tunnel", "192.88.99.0/24 2002::/16 2001::/32"),
        ("local NAT64", "64:ff9b:1::/48"),
        ("reserved", "0.0.0.0/8 192.0.0.0/24 240.0.0.0/4 2001::/23 2620:4f:8000::/48"),
    )
)

_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far; the rest is reserved."""

METADATA = frozenset(
    ip_address(text)
    for text in (
        *("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"),
        *("fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
)
"""Where clouds hand out credentials to whoever asks from inside. No setting allows them."""

_IPV4_INSIDE = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Mapped, NAT64 and IPv4-compatible addresses: the last 32 bits are an IPv4 address."""

_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_LOCAL_NAT64_PLACES = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))
"""Where the bytes of the IPv4 address are, by the length of a network's own prefix (RFC 6052 §2.2)."""


@dataclass(frozen=True)
class AddressRules:
    """What may be connected to: everything public, and the networks that the operator allowed."""

    allowed: tuple[Network, ...] = ()

    def refusal(self, host: str) -> str | None:
        """Return why this address (text) is not connected to, or None when it may be."""
        address = ip_address(host.partition("%")[0])
        forms = tuple(_forms(address))
        if not METADATA.isdisjoint((*forms, *_behind_local_nat64(address))):
            return f"{host} is a cloud's metadata service, which is never allowed"
        # Each form by itself: whoever allows a tunnel has not yet allowed the network at its other end.
        strange = (form for form in forms if not any(form in network for network in self.allowed))
        kind = next(filter(None, map(_forbidden_kind, strange)), None)
        return f"{host} is a {kind} address, which is not allowed" if kind else None


def _forms(address: Address) -> Iterator[Address]:
    """Yield the address, and the IPv4 address that it would lead to."""
    yield address
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield address.teredo[1]
    elif any(address in network for network in _IPV4_INSIDE):
        yield IPv4Address(address.packed[-4:])


def _behind_local_nat64(address: Address) -> Iterator[Address]:
    """Yield what an address of a network's own NAT64 may lead to: how long its prefix is, nobody tells us."""
    if isinstance(address, IPv6Address) and address in _LOCAL_NAT64:
        for places in _LOCAL_NAT64_PLACES:
            yield IPv4Address(bytes(address.packed[place] for place in places))


def _forbidden_kind(address: Address) -> str | None:
    for kind, networks in FORBIDDEN:
        if any(address in network for network in networks):
            return kind
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        carries_ipv4 = any(address in network for network in _IPV4_INSIDE[:2])
        return None if carries_ipv4 else "reserved"
    return None
