"""Says of each line alone what it can be in a listing; what it is there, its place decides (`listing.py`)."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from services.ingest.read import vocabulary
from services.ingest.read.bylines import names_of
from services.ingest.read.dates import date_of
from services.ingest.read.kinds import Label, label_of, pieces
from services.ingest.read.lines import Line
from services.ingest.read.prose import ends_sentence, is_cut_off, is_prose

_LONGEST_HEADING_WORDS = 10
_LONGEST_FOOT = 120
_AFTER_A_LINK = " .…»>→"
_LONGEST_FOOT_WORDS = 5


class Role(Enum):
    """What a line can be."""

    LABEL = auto()
    DATE = auto()
    TEXT = auto()
    BYLINE = auto()
    HEADING = auto()
    FOOT = auto()
    LINK = auto()


@dataclass(frozen=True)
class Part:
    """A line with its role and what was read from it."""

    line: Line
    role: Role
    label: Label | None = None
    day: date | None = None
    names: tuple[str, ...] = ()
    prose: bool = False
    cut_off: bool = False

    @property
    def text(self) -> str:
        """The line's text."""
        return self.line.text

    @property
    def bulleted(self) -> bool:
        """Whether a bullet stands before it."""
        return self.line.bulleted

    def as_text(self) -> "Part":
        """Return the part as a mere text: a headline can look like a byline, a label or a heading."""
        return replace(self, role=Role.TEXT)


def parts_of(lines: tuple[Line, ...]) -> tuple[Part, ...]:
    """Return a part for each line, or several where one line holds several fields set apart by `|` or `•`."""
    return tuple(part for line in lines for part in _split(line))


def _split(line: Line) -> list[Part]:
    whole = _part(line)
    if whole.role is not Role.LABEL and not _has_separator(line.text):
        return [whole]
    fields = [_part(replace(line, text=text)) for text in pieces(line.text) if text]
    return fields if any(field.role is Role.DATE for field in fields) else [whole]


def _has_separator(text: str) -> bool:
    return len(text) <= _LONGEST_FOOT and any(mark in text for mark in (" | ", " • ", " · ", " / "))


def _part(line: Line) -> Part:
    text, role = line.text, _role_by_wording(line)
    if role is not Role.TEXT:
        return Part(line, role)
    if day := date_of(text):
        return Part(line, Role.DATE, day=day)
    if label := label_of(text):
        return Part(line, Role.LABEL, label=label)
    if names := names_of(text):
        return Part(line, Role.BYLINE, names=names)
    return Part(line, Role.TEXT, prose=is_prose(text), cut_off=is_cut_off(text))


def _role_by_wording(line: Line) -> Role:
    if _is_foot(line.text):
        return Role.FOOT
    if line.text.lower().rstrip(_AFTER_A_LINK) in vocabulary.LINKS:
        return Role.LINK
    return Role.HEADING if not line.bulleted and _is_heading(line.text) else Role.TEXT


def _is_foot(text: str) -> bool:
    lower = text[:_LONGEST_FOOT].lower()
    if len(text) > _LONGEST_FOOT or ends_sentence(text):
        return False
    if lower.startswith(vocabulary.FOOTS):
        return True
    return lower.startswith(vocabulary.SHORT_FOOTS) and len(text.split()) <= _LONGEST_FOOT_WORDS


def _is_heading(text: str) -> bool:
    plain = text[:_LONGEST_FOOT].lstrip("# ").lower()
    return (
        plain.startswith(vocabulary.HEADINGS)
        and len(text.split(maxsplit=_LONGEST_HEADING_WORDS)) <= _LONGEST_HEADING_WORDS
        and not is_prose(text)
        and text[-1] not in ".?!…"
    )
