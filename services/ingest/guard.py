"""Lets in who bears the token, each client at a bearable pace, and tells the others when to come again."""

from fastapi import Request

from shared.call_limits import CallLimits
from shared.tokens import bearer, same_token


class Guard:
    """A FastAPI dependency; raises the 401 or 429. `per_second` 0 sets no pace for who bears the token."""

    def __init__(self, token: str, per_second: int) -> None:
        self._token = token
        self._limits = CallLimits(per_second)

    async def __call__(self, request: Request) -> None:
        """Return when the request may go on."""
        if not same_token(bearer(request), self._token):
            raise self._limits.unknown(request)
        self._limits.known(request, "ingest")
