"""Bearer tokens as clients send them, compared in constant time."""

import hmac

from fastapi import Request

from shared.problems import Problem


def bearer(request: Request) -> str:
    """Return the token that the request bears, empty when it bears none."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def same_token(given: str, expected: str) -> bool:
    """Tell whether two tokens are one, in a time that says nothing of where they differ; nothing is none."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def not_authorised() -> Problem:
    """Return the 401 that says how to send a token."""
    return Problem(
        401,
        "Send a valid token as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": 'Bearer realm="newswire"'},
    )
