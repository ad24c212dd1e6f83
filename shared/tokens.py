"""Bearer tokens: made once, kept in the data folder for their owner alone, compared in constant time."""

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from fastapi import Request

from shared.problems import Problem


def new_token() -> str:
    """Return a new random bearer token."""
    return f"nw_{secrets.token_urlsafe(32)}"


def keep_token(data_dir: Path, name: str, make: Callable[[], str] = new_token) -> str:
    """Return the secret kept in `data_dir/name`, made on first use (mode 0600, never half written)."""
    path = data_dir / name
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{name}.{os.getpid()}.new")
        draft.touch(mode=0o600)
        draft.write_text(f"{make()}\n")
        try:
            # A link fails when another process was first, and then that one's token counts.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def bearer(request: Request) -> str:
    """Return the token that the request bears, empty when it bears none."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def same_token(given: str, expected: str) -> bool:
    """Tell whether two tokens are one, in a time that says nothing of where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def not_authorised() -> Problem:
    """Return the 401 that says how to send a token."""
    return Problem(
        401,
        "Send a valid token as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": 'Bearer realm="newswire"'},
    )
