"""What the URL of an endpoint must be like. What its name resolves to is checked at each connection."""

import re
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from services.feed.deliveries.address_rules import AddressRules

LONGEST = 2000

_LOWEST_FREE_PORT = 1024
_WEB_PORTS = frozenset({80, 443})
_VISIBLE = re.compile(r"[!-\[\]^-~]+")  # ASCII without spaces, controls and the backslash
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")


def complaint(url: str, rules: AddressRules) -> str | None:
    """Return what is wrong with the URL in one sentence, or None when an endpoint may have it."""
    if len(url) > LONGEST or not _VISIBLE.fullmatch(url):
        return f"must be at most {LONGEST} visible ASCII characters, without a backslash"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        return f"must be a URL ({error})"
    if parts.scheme not in {"http", "https"}:
        return "must start with http:// or https://"
    if "@" in parts.netloc:
        return "must not hold a user name or password"
    if port is not None and port not in _WEB_PORTS and port < _LOWEST_FREE_PORT:
        return "must use port 80, 443, or one from 1024 to 65535"
    return _host_complaint(host, rules)


def _host_complaint(host: str, rules: AddressRules) -> str | None:
    if ":" in host:
        try:
            return (
                rules.refusal(str(IPv6Address(host))) if "%" not in host else "must not name a network zone"
            )
        except ValueError:
            return "must hold a valid IPv6 address between [ and ]"
    with suppress(ValueError):
        return rules.refusal(str(IPv4Address(host)))
    if _reads_as_number(host):
        return "must write an IPv4 address as four decimal numbers"
    return None if _HOST_NAME.fullmatch(host) else "must name a host"


def _reads_as_number(host: str) -> bool:
    """Tell whether the system would take the host for an IPv4 address: `2130706433`, `0x7f.1`, `127.1`."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True


def without_query(url: str) -> str:
    """Return the URL as it may be logged and shown: a query often holds a key."""
    return url.partition("?")[0].partition("#")[0]
