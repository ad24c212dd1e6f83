"""Reads the article that a page is about: date, title, deck, byline, paragraphs and pointer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from typing import Any

from services.ingest.draft import ArticleDraft, Origin
from services.ingest.read.bylines import names_of
from services.ingest.read.dates import date_of
from services.ingest.read.lines import Line
from services.ingest.read.pointers import Pointer, Verb, pointer_of, split_off_pointer
from services.ingest.read.prose import ends_sentence, is_cut_off, is_title_case
from services.ingest.read.reading import UnreadableDocument
from shared.article import Author, Kind, Outlet

_LONGEST_TITLE = 300
_LONGEST_CLOSED_TITLE = 120
"""A title that reads like a sentence must be this short, or it is the first paragraph."""
_LONGEST_DECK = 250
_LONGEST_CLOSED_DECK = 160
"""A deck that ends like a sentence must be this short, or it is the first paragraph."""
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Masthead:
    """The two lines that every page begins with."""

    published: date
    title: str


def read_masthead(lines: Sequence[Line]) -> Masthead:
    """Return the page's first two lines. Raises `UnreadableDocument` when date or title is missing."""
    if not lines:
        raise UnreadableDocument("line 1: the document is empty")
    first = lines[0]
    published = None if first.bulleted else date_of(first.text)
    if published is None:
        shown = first.text if len(first.text) <= _LONGEST_SHOWN else f"{first.text[:_LONGEST_SHOWN]}…"
        raise UnreadableDocument(
            f"line {first.number}: a page begins with a date such as January 23, 2019; here stands “{shown}”"
        )
    return Masthead(published, _title(lines))


def _title(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        raise UnreadableDocument(
            f"line {lines[0].number}: nothing follows the date; a page has a title there"
        )
    line = lines[1]
    above_byline = bool(lines[2:3] and names_of(lines[2].text))
    longest = _LONGEST_TITLE
    if ends_sentence(line.text) and not is_title_case(line.text):
        longest = _LONGEST_CLOSED_TITLE
    if len(line.text) > longest or is_cut_off(line.text):
        reason = "a paragraph stands where the title belongs"
    elif line.bulleted or _names_outlet(line.text) or (date_of(line.text) and not above_byline):
        reason = "the title is missing after the date"
    elif names_of(line.text) and not above_byline:
        reason = "the byline follows the date at once; the title is missing"
    else:
        return line.text
    raise UnreadableDocument(f"line {line.number}: {reason}")


def _names_outlet(text: str) -> bool:
    pointer = pointer_of(text)
    return pointer is not None and pointer.outlet is not None


def article_draft(masthead: Masthead, body: Sequence[Line]) -> ArticleDraft:
    """Return the page's article from its masthead and the lines below it. Only what is shown is set."""
    names, body = _split_off_names(body)
    deck = _deck(body, below_byline=bool(names))
    if deck:
        body = body[1:]
    if not names:
        names, body = _split_off_names(body)
    if not names and len(body) > 1 and len(body[0].text) <= _LONGEST_DECK:
        # A byline below one line more than a deck is one all the same.
        names, below = _split_off_names(body[1:])
        body = [body[0], *below]
    paragraphs, pointer = _without_pointers(body)
    fields: dict[str, Any] = {
        "origin": Origin.PAGE,
        "title": masthead.title,
        "published_at": masthead.published,
    }
    if deck:
        fields["subtitle"] = deck
    if names:
        fields["authors"] = tuple(Author(name=name) for name in names)
    if paragraphs:
        fields["content_html"] = _html(paragraphs)
    if pointer:
        fields["is_excerpt"] = True
        fields |= _from_pointer(pointer)
    return ArticleDraft(**fields)


def _split_off_names(body: Sequence[Line]) -> tuple[tuple[str, ...], Sequence[Line]]:
    """Return the names of the bylines that the lines begin with, and the lines after them."""
    names: list[str] = []
    for index, line in enumerate(body):
        more = names_of(line.text)
        if not more:
            return tuple(dict.fromkeys(names)), body[index:]
        names += more
    return tuple(dict.fromkeys(names)), ()


def _deck(body: Sequence[Line], *, below_byline: bool) -> str | None:
    """Return the first line when it is a deck: a short one, with a byline or a paragraph under it."""
    if not body or body[0].bulleted or len(body[0].text) > _LONGEST_DECK:
        return None
    text, below = body[0].text, body[1:]
    if is_cut_off(text) or text.endswith(",") or pointer_of(text) or date_of(text):
        return None
    if not below_byline and below and names_of(below[0].text):
        return text
    paragraph = next((line.text for line in below if not pointer_of(line.text)), "")
    if text.rstrip("\"'”’)").endswith((".", "!", "?", ":")):  # noqa: RUF001 - typographic quotes are meant
        may_be_deck = not below_byline and len(text) <= _LONGEST_CLOSED_DECK
        return text if may_be_deck and len(paragraph) >= 2 * len(text) else None
    return text if len(paragraph) > len(text) else None


def _from_pointer(pointer: Pointer) -> dict[str, Any]:
    outlet = {"outlet": Outlet(name=pointer.outlet)} if pointer.outlet else {}
    if pointer.verb is Verb.LISTEN:
        return {"kind": Kind.PODCAST, **outlet}
    if pointer.verb is Verb.WATCH:
        return {"kind": Kind.VIDEO, **outlet}
    kinds = {"report": Kind.REPORT, "paper": Kind.REPORT, "testimony": Kind.TESTIMONY}
    if pointer.piece in kinds:
        return {"kind": kinds[pointer.piece], **outlet}
    return {"kind": Kind.COMMENTARY, **outlet} if outlet else {}


def _without_pointers(body: Sequence[Line]) -> tuple[list[Line], Pointer | None]:
    """Return the lines that are the article's own, and the pointer that counts: one with an outlet if any."""
    pointers = [None if line.bulleted else pointer_of(line.text) for line in body]
    whole = [pointer for pointer in pointers if pointer and not pointer.aside]
    if not whole:
        return _without_inline_pointer(list(body))
    first = next(index for index, pointer in enumerate(pointers) if pointer and not pointer.aside)
    paragraphs = [
        line
        for index, (line, pointer) in enumerate(zip(body, pointers, strict=True))
        # A line such as "Read A's response." is a link only beside the pointer, elsewhere it is a sentence.
        if pointer is None or (pointer.aside and index < first - 1)
    ]
    return paragraphs, next((pointer for pointer in whole if pointer.outlet), whole[0])


def _without_inline_pointer(paragraphs: list[Line]) -> tuple[list[Line], Pointer | None]:
    if not paragraphs or paragraphs[-1].bulleted:
        return paragraphs, None
    last = paragraphs[-1]
    text, pointer = split_off_pointer(last.text)
    return [*paragraphs[:-1], Line(last.number, last.indent, last.bulleted, text)], pointer


def _html(paragraphs: Sequence[Line]) -> str:
    """Return a `<p>` per line, and a `<ul>` for lines with bullets that follow each other."""
    html: list[str] = []
    for bulleted, lines in groupby(paragraphs, key=lambda line: line.bulleted):
        texts = [escape(line.text, quote=False) for line in lines]
        if bulleted:
            html.append("".join(["<ul>", *(f"<li>{text}</li>" for text in texts), "</ul>"]))
        else:
            html += [f"<p>{text}</p>" for text in texts]
    return "\n".join(html)
