"""Finds where an article ends and the listing of other items, or the foot of the page, begins."""

from collections.abc import Sequence

from services.ingest.read import vocabulary
from services.ingest.read.kinds import may_be_outlet
from services.ingest.read.pointers import pointer_of
from services.ingest.read.prose import is_title_case
from services.ingest.read.roles import Part, Role

LOOK_AHEAD = 4
"""As many lines after an item's first can show that it is one."""
_ABOVE_A_DATE = 2


def listing_start(parts: Sequence[Part]) -> int:
    """Return the index at which the listing or the foot begins; the number of parts when there is none.

    An article may have bullets of its own. After the pointer any bullet is an item; before it, and on pages
    without one, a listing shows by its heading or by what only items have.
    """
    pointed = False
    for index, part in enumerate(parts):
        ahead = parts[index + 1 : index + 1 + LOOK_AHEAD]
        if part.role is Role.FOOT or shows_item(part, ahead):
            return index
        if pointed and (part.bulleted or part.role is Role.LABEL or _is_heading(part, ahead)):
            return index
        if part.role is Role.HEADING and _opens_listing(part, ahead):
            return index
        pointer = None if part.bulleted or part.role is not Role.TEXT else pointer_of(part.text)
        pointed = pointed or bool(pointer and not pointer.aside)
    return len(parts)


def shows_item(part: Part, ahead: Sequence[Part]) -> bool:
    """Return whether the line begins an item that has a kind, a date, a byline or a teaser."""
    if part.role is Role.LABEL and not (part.bulleted and part.label and part.label.kind):
        dated = any(other.role is Role.DATE for other in ahead[:_ABOVE_A_DATE])
        return dated or (part.bulleted and any(_ends_item(other) for other in ahead))
    if not part.bulleted or part.role is not Role.TEXT:
        return part.bulleted and part.role in (Role.LABEL, Role.DATE)
    if part.prose or (part.text[-1] in ".;:," and not is_title_case(part.text)):
        return False
    for position, other in enumerate(ahead):
        above_date = any(next_one.role is Role.DATE for next_one in ahead[position + 1 : position + 2])
        if other.role is Role.LABEL or not (above_date or _goes_on(part, other)):
            return False
        is_teaser = other.prose and not other.bulleted and other.line.indent > part.line.indent
        if other.role is Role.DATE or is_teaser or _ends_item(other):
            return True
    return False


def _ends_item(part: Part) -> bool:
    return part.role is Role.BYLINE or part.cut_off


def can_begin_section(part: Part) -> bool:
    """Return whether the line can follow a heading such as `More from …` at once."""
    return part.bulleted or part.role in (Role.LABEL, Role.DATE, Role.HEADING)


def _opens_listing(heading: Part, ahead: Sequence[Part]) -> bool:
    """Return whether a listing begins with this heading; an article has headings of its own too."""
    if not ahead or not can_begin_section(ahead[0]):
        return False
    is_sure = heading.text.lower().startswith(vocabulary.SURE_HEADINGS)
    return is_sure or ahead[0].role is Role.HEADING or shows_item(ahead[0], ahead[1:])


def _is_heading(part: Part, ahead: Sequence[Part]) -> bool:
    """Return whether a line below the pointer is a heading, in whatever words: a phrase above a bullet."""
    if part.bulleted or not ahead or not can_begin_section(ahead[0]):
        return False
    is_phrase = part.role is Role.TEXT and may_be_outlet(part.text) and part.text[-1] not in ".!?"
    return part.role is Role.HEADING or (is_phrase and ahead[0].bulleted and pointer_of(part.text) is None)


def _goes_on(first: Part, other: Part) -> bool:
    """Return whether the line can belong to the item that `first` would begin."""
    return (
        not other.bulleted
        or other.line.indent > first.line.indent
        or other.role is not Role.TEXT
        or other.prose
    )
