"""In which feeds an article was under each of its versions, although events come in any order. Pure.

Feeds that an article has left are told of it, and a withdrawal concerns them all: that follows from the
versions one after the other. While one of them is missing, those that came before their time are kept, and
what is certain already is said; whatever comes later only adds to it.
"""

from collections.abc import Mapping, Sequence

from services.feed.feeds.selection import Selection
from shared.article import Frozen

_MOST_KEPT = 100
"""Of an article of which a version never comes: then the gap counts as closed."""


class Turn(Frozen):
    """The feeds that hold an article from one version on; `at` is when that was accepted (ms since 1970)."""

    version: int
    at: int
    held: tuple[Selection, ...] = ()
    withdrawn: bool = False


BEFORE_ALL = Turn(version=0, at=0)
"""What was before the first version."""


def beyond_gap(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return what must be kept: the last turn before the first gap and all after it; without a gap, none."""
    first = 0
    while first + 1 < len(turns) and turns[first + 1].version == turns[first].version + 1:
        first += 1
    kept = tuple(turns[first:][-_MOST_KEPT:])
    return kept if len(kept) > 1 else ()


def touched(turns: Sequence[Turn], before: Mapping[Selection, int]) -> dict[Selection, int]:
    """Return for each feed that ever held the article when that last changed something in it (ms since 1970).

    `before` says it without the `turns`, which are in the order of their versions.
    """
    found = dict(before)
    previous = turns[0]
    for turn in turns:
        follows = turn.version == previous.version + 1
        feeds = {*turn.held, *(previous.held if follows else ())}
        if turn.withdrawn or (follows and previous.withdrawn):
            # Whoever read it in a feed that it has left since keeps it still: a withdrawal concerns them too.
            feeds |= found.keys()
        for selection in feeds:
            found[selection] = max(turn.at, found.get(selection, 0))
        previous = turn
    return dict(sorted(found.items()))
