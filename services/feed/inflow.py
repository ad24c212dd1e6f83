"""Whether more events wait than one read brings: what came of earlier ones then lets them pass."""

import time

_LASTS_SECONDS = 0.5
"""How long a full read tells that there is more: longer than its batch takes; the next one tells anew."""


class Inflow:
    """Told by those who read events, asked by who works on what came of them."""

    def __init__(self, lasts: float = _LASTS_SECONDS) -> None:
        self._lasts = lasts
        self._high_until: dict[str, float] = {}

    def read(self, reader: str, *, full: bool) -> None:
        """Note that a reader got something: as much as it may, or all that there was."""
        if full:
            self._high_until[reader] = time.monotonic() + self._lasts
        else:
            self._high_until.pop(reader, None)

    @property
    def is_high(self) -> bool:
        """Whether events wait just now."""
        return any(time.monotonic() < until for until in self._high_until.values())
