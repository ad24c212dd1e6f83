"""Cuts a listing into the lines of each item, with bullets nested, flat or only at the headline.

The order of the fields (label, outlet, date, headline, teaser, byline) shows where an item ends: a field that
would go back in that order begins the next. Bullets and indentation decide where the order leaves it open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.ingest.read.dates import is_vague_date
from services.ingest.read.kinds import is_outlet, is_topic, may_be_outlet
from services.ingest.read.listing import LOOK_AHEAD, can_begin_section, shows_item
from services.ingest.read.prose import is_title_case
from services.ingest.read.roles import Part, Role


@dataclass
class _Item:
    """The item that is being put together."""

    parts: list[Part] = field(default_factory=list)
    has_label: bool = False
    has_kind: bool = False
    has_date: bool = False
    has_text: bool = False
    has_prose: bool = False
    has_byline: bool = False
    is_nested: bool = False

    def add(self, part: Part) -> None:
        self.is_nested = self.is_nested or self.is_deeper(part)
        self.parts.append(part)
        self.has_label = self.has_label or part.role is Role.LABEL
        self.has_kind = self.has_kind or names_kind(part)
        self.has_date = self.has_date or part.role is Role.DATE
        self.has_text = self.has_text or part.role is Role.TEXT
        self.has_prose = self.has_prose or part.prose
        self.has_byline = self.has_byline or part.role is Role.BYLINE

    def is_deeper(self, part: Part) -> bool:
        """Return whether the bulleted part is indented further than where the item begins."""
        return part.bulleted and bool(self.parts) and part.line.indent > self.parts[0].line.indent

    @property
    def last(self) -> Part:
        return self.parts[-1]

    @property
    def is_below_date(self) -> bool:
        """Whether the date came last, so that the next line is the headline."""
        return bool(self.parts) and self.last.role is Role.DATE

    @property
    def is_fresh(self) -> bool:
        """Whether the next line may be an item's first."""
        return not self.parts or self.has_byline

    @property
    def awaits_text(self) -> bool:
        """Whether nothing but labels and a date have come, so that a headline is due."""
        return bool(self.parts) and not self.has_text and not self.has_byline


def items_of(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Yield the lines of each item; headings and the foot of the page belong to none."""
    item = _Item()
    in_foot = False
    has_bullets = any(part.bulleted for part in parts)
    parts = [part for part in parts if part.role is not Role.LINK]
    every_bullet_is_an_item = not any(
        part.bulleted and (part.role is Role.BYLINE or part.prose) for part in parts
    )
    for index, given in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        part = _in_place(given, item, following)
        ends = part.role in (Role.HEADING, Role.FOOT)
        if item.parts and (ends or _begins_item(part, item, following, every_bullet_is_an_item)):
            yield tuple(item.parts)
            item = _Item()
        if ends:
            in_foot = part.role is Role.FOOT
        elif has_bullets and item.is_fresh and part.role is Role.TEXT and not part.bulleted:
            # Where items have bullets, a line of text between them is a heading or the foot in other words.
            continue
        elif not in_foot or shows_item(part, parts[index + 1 : index + 1 + LOOK_AHEAD]):
            # What stands below the foot is the foot too, until another listing begins.
            in_foot = False
            item.add(part)
    if item.parts:
        yield tuple(item.parts)


def names_kind(part: Part) -> bool:
    """Return whether the part is a label with a kind on it."""
    return part.label is not None and part.label.kind is not None


def _in_place(part: Part, item: _Item, following: Part | None) -> Part:
    """Return the part as what it is at this place, when its looks alone deceive."""
    deceives = False
    if part.role is Role.HEADING:
        due = item.awaits_text or item.is_below_date
        deceives = due or following is None or not can_begin_section(following)
    elif part.role is Role.BYLINE:
        deceives = _is_headline_like_a_byline(part, item, following)
    elif part.role is Role.DATE:
        deceives = _is_headline_like_a_date(part, item, following)
    elif part.role is Role.LABEL and not part.bulleted:
        deceives = item.is_below_date or not (
            names_kind(part) or item.is_fresh or _is_above_headline(item, following)
        )
    elif part.role is Role.TEXT and _is_vague_date(part, item, following):
        return replace(part, role=Role.DATE)
    return part.as_text() if deceives else part


def _is_vague_date(part: Part, item: _Item, following: Part | None) -> bool:
    """Return whether "May 2014" stands where the date does, with the headline still to come."""
    due = item.has_label and not (item.has_date or item.has_prose or item.has_byline)
    if not due or following is None or not is_vague_date(part.text):
        return False
    return following.role is not Role.BYLINE and not following.prose


def _is_above_headline(item: _Item, following: Part | None) -> bool:
    """Return whether a line after the kind can be its topics: a date or a headline still comes."""
    if not item.awaits_text or following is None:
        return False
    return following.role is Role.DATE or (following.role is Role.TEXT and not following.prose)


def _is_headline_like_a_byline(part: Part, item: _Item, following: Part | None) -> bool:
    """Return whether "By Land and Sea" stands where a headline is due, with a teaser or byline under it."""
    due = item.awaits_text or item.is_below_date or (part.bulleted and item.is_fresh)
    if not due or following is None or following.bulleted:
        return False
    return following.role is Role.BYLINE or (following.role is Role.TEXT and following.prose)


def _is_headline_like_a_date(part: Part, item: _Item, following: Part | None) -> bool:
    """Return whether "September 11, 2001" stands right below the date, and no other headline does."""
    if part.bulleted or not item.is_below_date:
        return False
    return following is None or following.bulleted or following.role is Role.BYLINE or following.prose


def _begins_item(part: Part, item: _Item, following: Part | None, every_bullet_is_an_item: bool) -> bool:
    if part.role is Role.LABEL:
        return item.has_text or item.has_date or item.has_byline or (names_kind(part) and item.has_kind)
    if part.role is Role.BYLINE:
        return False
    if part.role is Role.DATE:
        return item.has_date or item.has_byline or _date_begins_item(part, item)
    return item.has_byline or _text_begins_item(part, item, following, every_bullet_is_an_item)


def _date_begins_item(part: Part, item: _Item) -> bool:
    """Decide for the first date after lines that hold labels, outlet or, in the item before, a headline."""
    if part.bulleted and (not item.last.bulleted or (item.is_nested and not item.is_deeper(part))):
        return True
    if item.has_label or item.last.role is not Role.TEXT:
        return item.has_prose
    return not (may_be_outlet(item.last.text) and is_title_case(item.last.text))


def _text_begins_item(part: Part, item: _Item, following: Part | None, every_bullet_is_an_item: bool) -> bool:
    stands_above_date = following is not None and following.role is Role.DATE and not part.prose
    if not part.bulleted:
        return item.has_prose and stands_above_date
    if item.last.role is Role.LABEL:
        return False
    if not item.last.bulleted or item.last.cut_off:
        return True
    if item.is_deeper(part) or item.is_nested or item.awaits_text:
        return not item.is_deeper(part) and item.is_nested
    if item.has_date and item.last.role is Role.TEXT and following is not None and following.prose:
        return not part.prose
    return _flat_bullet_begins_item(part, item, stands_above_date, every_bullet_is_an_item)


def _flat_bullet_begins_item(
    part: Part, item: _Item, stands_above_date: bool, every_bullet_is_an_item: bool
) -> bool:
    """Decide for a text that has the same sort of bullet as the text before it."""
    if part.prose:
        return every_bullet_is_an_item and not item.has_label and not item.has_date
    if stands_above_date and not item.has_prose:
        return item.has_date or not (item.has_label or is_topic(item.last.text))
    return item.has_prose or not (item.has_label or item.has_date or is_outlet(item.last.text))
