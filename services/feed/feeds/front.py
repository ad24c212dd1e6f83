"""Answers GET and HEAD for the feeds that are in memory and current, before the framework sees the request.

Everything that is not at hand (the first request after a change, an unknown feed, another method) is for the
framework. `front_connection.py` asks here as soon as it has read the head of a request.
"""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from httptools import HttpParserInvalidURLError, parse_url

from services.feed.feeds.channel import Form
from services.feed.feeds.rendition import Edition
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.representation import Answer, Header
from services.feed.feeds.selection import parse_selection

_FEEDS = "/feeds/"
_LONGEST_TARGET = 300


class Front:
    """What can be said at once, without waiting for anything."""

    def __init__(self, renditions: Renditions) -> None:
        self._renditions = renditions

    def answer(self, target: bytes, headers: Iterable[Header]) -> Answer | None:
        """Return the answer to a GET with these headers (names in lower case); None if it is not at hand."""
        edition = edition_at(target)
        answers = self._renditions.answers(edition) if edition else None
        return answers.to(headers) if answers else None


def edition_at(target: bytes) -> Edition | None:
    """Return the feed and format that a request target names, whether or not there is such a feed."""
    # Nobody shall be able to fill the memory with long ones.
    return _edition(target) if len(target) <= _LONGEST_TARGET else None


@lru_cache(maxsize=1024)
def _edition(target: bytes) -> Edition | None:
    try:
        path = unquote((parse_url(target).path or b"").decode("ascii"))
    except (HttpParserInvalidURLError, UnicodeDecodeError):
        return None
    if not path.startswith(_FEEDS):
        return None
    name, _, ending = path.removeprefix(_FEEDS).rpartition(".")
    selection = parse_selection(name)
    if selection is None or ending not in set(Form):
        return None
    return Edition(selection, Form(ending))
