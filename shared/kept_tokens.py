"""Tokens and keys that nobody set: made once, kept in the data folder for their owner alone."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.settings import SettingsError


def new_token() -> str:
    """Return a new random bearer token."""
    return f"nw_{secrets.token_urlsafe(32)}"


def keep_token(data_dir: Path, name: str, make: Callable[[], str] = new_token) -> str:
    """Return the secret kept in `data_dir/name`, made on first use (mode 0600, never half written).

    Raises `SettingsError` when that cannot be done, and what `kept_token` raises.
    """
    path = data_dir / name
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write(path, make())
    except OSError as error:
        raise SettingsError(f"{path} cannot be made: {error.strerror or error}.") from error
    return kept_token(path)


def kept_token(path: Path) -> str:
    """Return the secret that this file keeps.

    Raises `SettingsError` when it cannot be read or is empty: an empty token would let in who brings none.
    """
    try:
        kept = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} cannot be read: it is not UTF-8.") from error
    if not kept:
        raise SettingsError(f"{path} is empty: put back what it held, or remove it, and a new one is made.")
    return kept


def _write(path: Path, secret: str) -> None:
    """Give the file its name once the disk has what is in it, and wait until it has the name too.

    A power cut must leave no name with nothing in it, and no secrets sealed with a key that is gone.
    """
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.") as draft:  # mode 0600
        draft.write(f"{secret}\n")
        draft.flush()
        os.fsync(draft.fileno())
        # A link fails when another process was first, and then that one's token counts.
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
