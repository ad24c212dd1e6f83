"""Where a reader shows something other than the feed says: what exactly, so that nothing else passes unseen.

Each is a fault or a choice of the reader, not of the feed; `docs/readers.md` has the same list with the
reasons why we do not bend to it, and a test holds the two together.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.readers.item import Item, sounds


@dataclass(frozen=True)
class Deviation:
    """What a reader makes of one field in some formats; `shown` returns it from what the feed says."""

    forms: tuple[str, ...]
    field: str
    what: str
    shown: Callable[[Item], Any]

    def of(self, item: Item) -> Item:
        """Return the item as it is shown."""
        return replace(item, **{self.field: self.shown(item)})


def first_author(item: Item) -> tuple[str, ...]:
    """Show one author where there are several."""
    return (item.authors or ())[:1]


def last_author(item: Item) -> tuple[str, ...]:
    """Show one author, the one who was named last."""
    return (item.authors or ())[-1:]


def authors_in_one(item: Item) -> tuple[str, ...]:
    """Show all authors as one text."""
    return (", ".join(item.authors),) if item.authors else ()


_LONGEST_ITUNES_AUTHOR = 255


def episodes_author_too(item: Item) -> tuple[str, ...]:
    """Show an episode's `itunes:author`, which is all names that it has room for, as one more author."""
    authors = item.authors or ()
    if not authors or "podcast" not in (item.tags or ()) or not sounds(item):
        return authors
    joined = (", ".join(authors[:count]) for count in range(len(authors), 0, -1))
    return (*authors, next(text for text in joined if len(text) <= _LONGEST_ITUNES_AUTHOR))


def author_or(instead: str) -> Callable[[Item], tuple[str, ...]]:
    """Return what shows `instead` for an item that has no author."""
    return lambda item: item.authors or (instead,)


def first_enclosure(item: Item) -> Any:
    """Show one file where there are several."""
    return (item.enclosures or ())[:1]


def last_enclosure(item: Item) -> Any:
    """Show one file, the sound or film that stands last."""
    played = (file for file in item.enclosures or () if str(file.type).startswith(("audio/", "video/")))
    return tuple(played)[-1:]


def no_enclosures(_: Item) -> Any:
    """Show no files."""
    return ()


def nothing(_: Item) -> None:
    """Have no room for the field."""


_TAG = re.compile(r'<([a-z0-9]+)((?: [a-z-]+="[^"]*")+)>')
_ATTRIBUTE = re.compile(r' [a-z-]+="[^"]*"')
_EMPTY_ELEMENT = re.compile(r"<((?:img|br|hr)\b[^>]*)>")


def html_written_anew(item: Item) -> str:
    """Show the same HTML with each element's attributes in alphabetical order and empty elements closed."""
    sorted_ = _TAG.sub(lambda tag: f"<{tag[1]}{''.join(sorted(_ATTRIBUTE.findall(tag[2])))}>", item.content)
    return _EMPTY_ELEMENT.sub(r"<\1 />", sorted_)


_ENTITY = re.compile(r"&(?:#\d+|[a-z]+);")


def title_taken_for_html(item: Item) -> str:
    """Show a title that holds something like an entity as HTML: its bare ampersands escaped."""
    if not _ENTITY.search(item.title):
        return item.title
    return re.sub(r"&(?!(?:#\d+|[a-z]+);)", "&amp;", item.title)


def title_made_from_html(item: Item) -> str:
    """Show a title that holds something like an entity as the text which that would be as HTML, in ASCII."""
    ascii_of = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&copy;": "(C)", "&#169;": "(C)"}
    return _ENTITY.sub(lambda entity: ascii_of.get(entity[0], entity[0]), item.title)


def title_without_marks_around(item: Item) -> str:
    """Show the title without a byte order mark at its start, which JavaScript counts as white space."""
    return item.title.strip("\ufeff")


_SECONDS_OF_32_BITS = timedelta(seconds=2**32)


def time_without_sign(item: Item) -> datetime:
    """Show a time before 1970 as seconds without a sign, 136 years too late."""
    return (
        item.published + _SECONDS_OF_32_BITS
        if item.published < datetime(1970, 1, 1, tzinfo=UTC)
        else item.published
    )
