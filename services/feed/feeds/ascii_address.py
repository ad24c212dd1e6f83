"""Addresses as RSS must have them: URIs, ASCII only (RFC 3986). An IRI such as `…/при` is mapped to one."""

from pydantic_core import Url


def ascii_address(address: str) -> str:
    """Return the address with its host in Punycode and the rest percent-encoded, where it is not ASCII.

    Readers map an IRI in different ways, and the link is how some of them know an item again.
    """
    if address.isascii():
        return address
    try:
        return str(Url(address))
    except ValueError:
        # Ingest lets no such address in; if one comes all the same, its article must not cost the whole feed.
        return address
