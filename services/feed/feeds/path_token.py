"""The path token of a private feed: whoever knows the address may read the feed. Only its digest is kept."""

import hashlib
import hmac
import secrets

_BYTES = 32
_OF_NO_TOKEN = "0" * 64


def new_token() -> str:
    """Return a new token, fit to stand in a path."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(token: str) -> str:
    """Return what is kept of a token (SHA-256). It is random and long, so nothing slower is called for."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_token_of(token: str, kept_digest: str | None) -> bool:
    """Tell whether this is the token of which the digest was kept, in the same time for every answer."""
    same = hmac.compare_digest(digest_of(token), kept_digest or _OF_NO_TOKEN)
    return same and kept_digest is not None


def private_path(token: str, name: str) -> str:
    """Return the path of a private feed, without the ending of a format."""
    return f"/feeds/private/{token}/{name}"
