"""Which servers Newswire works on: Redis from 7.2 on, Valkey from 8 on. Pure."""

from collections.abc import Mapping
from typing import Any

_REDIS = (7, 2)
_VALKEY = (8, 0)


def server_name(info: Mapping[str, Any]) -> str:
    """Return what a server calls itself in INFO, such as `Valkey 9.1.2`."""
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info.get('redis_version', 'of no version')}"


def too_old(info: Mapping[str, Any]) -> str | None:
    """Return why the server of this INFO is too old, or None when it is not."""
    valkey = info.get("valkey_version")
    found, least = (valkey, _VALKEY) if valkey else (info.get("redis_version", "0"), _REDIS)
    if _numbers(str(found)) >= least:
        return None
    return f"{server_name(info)}; Newswire needs Redis 7.2 or newer, or Valkey 8 or newer."


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
