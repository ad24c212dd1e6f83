"""Tokens and keys that nobody set: made once, kept in the data folder for their owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


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
