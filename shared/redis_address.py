"""Where the Redis in use is. Loads no client of Redis: that takes longer than to start a server."""

import hashlib
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from shared.settings import SharedSettings

_LONGEST_SOCKET_PATH = 100
"""The kernel takes 108 bytes on Linux and 104 on macOS, the closing zero included."""


def embedded_socket(data_dir: Path) -> Path:
    """Return where the embedded Valkey of a data folder listens; the same for whoever asks."""
    folder = data_dir.absolute()
    path = folder / "valkey.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"newswire-{name}.sock"


def redis_url(settings: SharedSettings) -> str:
    """Return the address of the Redis in use: the one that was set, else the embedded one's socket."""
    return settings.redis_url or f"unix://{embedded_socket(settings.data_dir)}"


def without_password(url: str) -> str:
    """Return the address as it may be shown and logged."""
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":…@")
