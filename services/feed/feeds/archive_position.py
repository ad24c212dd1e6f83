"""A place in a feed's order, from which its archive goes back in time. Pure.

A position is a time and an id, as the feed is ordered by; nothing need stand there any more.
"""

import re
from dataclasses import dataclass
from typing import Self

_KEY = re.compile(r"(?P<at>0|-?[1-9][0-9]{0,14})~(?P<article_id>[A-Za-z0-9][A-Za-z0-9._:~-]{0,199})")


@dataclass(frozen=True)
class Position:
    """Where an article stands, or once stood, in a feed; `at` is in milliseconds since 1970."""

    at: int
    article_id: str

    @property
    def key(self) -> str:
        """The position as it stands in an address and in Redis; nothing in it needs to be escaped."""
        return f"{self.at}~{self.article_id}"

    @classmethod
    def of(cls, key: str) -> Self | None:
        """Return the position that a key names; None for anything that `key` would not write."""
        match = _KEY.fullmatch(key)
        return cls(int(match["at"]), match["article_id"]) if match else None
