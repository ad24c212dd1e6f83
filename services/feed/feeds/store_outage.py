"""What a reader is told while the store of the feeds cannot be reached."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.problems import Problem
from shared.redis_connection import UNREACHABLE


def out_of_reach() -> Problem:
    """Return the 503 that says when to come again."""
    return Problem(
        503,
        "The store of the feeds cannot be reached just now. Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )


@contextmanager
def unless_out_of_reach() -> Iterator[None]:
    """Turn a store that cannot be reached into that 503."""
    try:
        yield
    except UNREACHABLE as error:
        raise out_of_reach() from error
