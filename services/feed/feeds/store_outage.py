"""What a reader is told while the store of the feeds cannot be reached and nothing of a feed is in memory."""

from shared.problems import Problem


def out_of_reach() -> Problem:
    """Return the 503 that says when to come again."""
    return Problem(
        503,
        "The store of the feeds cannot be reached just now. Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )
