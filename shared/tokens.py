"""Bearer tokens: made once, kept in the data folder for their owner alone, compared in constant time."""

import hmac
import os
import secrets
from pathlib import Path

from fastapi import Request

from shared.problems import Problem


def keep_token(data_dir: Path, name: str) -> str:
    """Return the token kept in `data_dir/name`, making it on first use (mode 0600, never half written)."""
    path = data_dir / name
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{name}.{os.getpid()}.new")
        draft.touch(mode=0o600)
        draft.write_text(f"nw_{secrets.token_urlsafe(32)}\n")
        try:
            # A link fails when another process was first, and then that one's token counts.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def require_bearer(request: Request, expected: str) -> None:
    """Return when the request bears `expected`; otherwise raise the 401 that says how to send it."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected.encode()):
        raise Problem(
            401,
            "Send a valid token as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": 'Bearer realm="newswire"'},
        )
