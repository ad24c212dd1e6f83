"""A document's lines as a page's form sees them: number, indentation, bullet and text, without blank ones."""

from dataclasses import dataclass, replace

from services.ingest.read.reading import UnreadableDocument

MAX_LINES = 20_000
"""More lines with text than any page has; beyond it a document costs time and tells nothing."""

_BULLETS = "•‣◦▪■●○►∙·⁃\uf0b7\uf0a7*+-o"  # noqa: RUF001 - bullets look like other signs
"""With those that word processors write into plain text: `o` for a nested one, two of a private use area."""
_NEEDS_A_SPACE = "*+-·o"
_RULES = frozenset("*-_=~#—–⸺⸻")  # noqa: RUF001 - dashes are meant
_SHORTEST_RULE = 3
_TAB = 4
_MOST_BULLETS = 4
"""Before one text; nested lists that were flattened repeat theirs."""
_EDGES = " \u200c\u200d\u200e\u200f"
"""Joiners and direction marks mean something inside a word, and nothing at the edge of a line."""


@dataclass(frozen=True)
class Line:
    """One line with text: its number from 1, columns of white space before it, with a bullet or without."""

    number: int
    indent: int
    bulleted: bool
    text: str


def split_lines(text: str) -> tuple[Line, ...]:
    """Return the lines that hold text, spaces collapsed. A bullet alone on its line marks the line after it.

    Raises `UnreadableDocument` when there are more than `MAX_LINES`.
    """
    lines: list[Line] = []
    waiting: Line | None = None
    count = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw or raw.isspace() or _is_rule(raw):
            continue
        line = _line(number, raw)
        if waiting and line.text and not line.bulleted:
            line = replace(line, indent=waiting.indent, bulleted=True)
        waiting = None if line.text else line
        if line.text:
            lines.append(line)
        count += 1
        if count > MAX_LINES:
            raise UnreadableDocument(f"line {number}: a page has no more than {MAX_LINES:,} lines of text")
    return tuple(lines)


def _is_rule(raw: str) -> bool:
    """Return whether the line is drawn rather than written: `* * *`, `---`, `⸻`."""
    marks = "".join(raw.split())
    return marks[0] in _RULES and len(set(marks)) == 1 and (len(marks) >= _SHORTEST_RULE or marks in "⸺⸻")


def _line(number: int, raw: str) -> Line:
    body = raw.lstrip(_EDGES + "\t")
    indent = len(raw[: len(raw) - len(body)].expandtabs(_TAB))
    bulleted = 0
    while bulleted < _MOST_BULLETS and _has_bullet(body):
        bulleted += 1
        body = body[1:].lstrip(_EDGES + "\t")
    return Line(number, indent, bulleted > 0, " ".join(body.split()).strip(_EDGES))


def _has_bullet(body: str) -> bool:
    if body[:1] == "" or body[0] not in _BULLETS:
        return False
    return body[0] not in _NEEDS_A_SPACE or body[1:2] in ("", " ", "\t")
