"""Wait until services can do their work."""

import asyncio
import time
from collections.abc import Mapping

import httpx

from services.cli.command_error import CommandError

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 120.0


async def wait_until_ready(services: Mapping[str, str]) -> None:
    """Return when `/readyz` of every service (name → URL) is 200; raises `CommandError` after two minutes."""
    end = time.monotonic() + _PATIENCE_SECONDS
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as http:
        for name, url in services.items():
            while reason := await _not_ready_because(http, url):
                if time.monotonic() > end:
                    raise CommandError(f"The {name} service is not ready: {reason}")
                await asyncio.sleep(_POLL_SECONDS)


async def wait_until_listening(url: str, seconds: float) -> None:
    """Return when something answers at `url`, or after so many seconds."""
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(trust_env=False, timeout=1.0) as http:
        while time.monotonic() < end:
            try:
                await http.head(url)
            except httpx.TransportError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return


async def _not_ready_because(http: httpx.AsyncClient, url: str) -> str | None:
    try:
        answer = await http.get(f"{url}/readyz")
    except httpx.TransportError:
        return f"it does not answer at {url}."
    return None if answer.is_success else answer.text
