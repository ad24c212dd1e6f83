"""Compression over HTTP (RFC 9110 §12.5.3): who takes gzip, and gzip whose bytes never change."""

import gzip

_LEVEL = 6


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client that sent this `Accept-Encoding` takes gzip; without the header it does not."""
    weights = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def gzipped(body: bytes) -> bytes:
    """Return the body compressed, without a time in it: the same bytes for the same body."""
    return gzip.compress(body, _LEVEL, mtime=0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
