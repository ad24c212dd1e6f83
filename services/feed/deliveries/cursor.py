"""A place in the order of all deliveries, and the opaque text that stands for it outside."""

import base64
import json
from dataclasses import dataclass

_MOMENTS = range(2**53)
"""Milliseconds since 1970 that Redis can hold as a score."""


class BadCursorError(ValueError):
    """The cursor is none that a page of ours gave out."""


@dataclass(frozen=True, order=True)
class Position:
    """Where a delivery stands in the order of all: by creation, then by id."""

    created_ms: int
    delivery_id: str

    def cursor(self) -> str:
        """Return the position as opaque text."""
        return base64.urlsafe_b64encode(json.dumps([self.created_ms, self.delivery_id]).encode()).decode()

    @staticmethod
    def of_cursor(cursor: str) -> "Position":
        """Return the position that a cursor stands for; raises `BadCursorError`."""
        try:
            created_ms, delivery_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except (ValueError, TypeError) as error:
            raise BadCursorError from error
        if type(created_ms) is not int or created_ms not in _MOMENTS:
            raise BadCursorError
        if not isinstance(delivery_id, str) or not delivery_id.isascii():
            raise BadCursorError
        return Position(created_ms, delivery_id)
