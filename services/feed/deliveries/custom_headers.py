"""The headers that an operator may have sent with an endpoint's webhooks, beside those that are ours."""

import re
from typing import Annotated

from pydantic import AfterValidator

MOST = 20

_LONGEST_VALUE = 2000
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,100}")  # a token of RFC 9110 §5.6.2
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_RESERVED_BEGINNINGS = ("webhook-", "content-", "proxy-", "sec-")
_RESERVED = frozenset(
    (
        *("accept", "accept-encoding", "connection", "date", "expect", "host", "http2-settings"),
        *("keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    )
)
"""What we set ourselves, and what says how the connection works."""


def _checked(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers with their names in lower case; raises `ValueError` that names what is wrong."""
    if len(headers) > MOST:
        raise ValueError(f"must be at most {MOST} headers")
    lowered = {name.lower(): value for name, value in headers.items()}
    if len(lowered) < len(headers):
        raise ValueError("must name each header once, upper and lower case being one")
    for name, value in lowered.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header")
        if name in _RESERVED or name.startswith(_RESERVED_BEGINNINGS):
            raise ValueError(f"{name} is reserved: it is set by Newswire itself")
        if len(value) > _LONGEST_VALUE or not _VALUE.fullmatch(value):
            raise ValueError(f"{name}: a value is 1 to {_LONGEST_VALUE} visible ASCII characters and spaces")
    return lowered


CustomHeaders = Annotated[dict[str, str], AfterValidator(_checked)]
