"""Reads a page saved as text: the article it is about, and the items it lists. Pure.

The form is described in `docs/documents.md`; each part of it is read in a file of its own beside this one.
"""

from itertools import islice

from services.ingest.read.article import article_draft, read_masthead
from services.ingest.read.decode import decode
from services.ingest.read.item_lines import items_of
from services.ingest.read.items import read_item
from services.ingest.read.lines import split_lines
from services.ingest.read.listing import listing_start
from services.ingest.read.reading import Found, Omission, Reading
from services.ingest.read.roles import parts_of

MAX_ITEMS = 1000
"""As many articles as a batch may hold; no page lists more."""


def read_page(raw: bytes) -> Reading:
    """Return the page's article first, then its listed items, and what was left out.

    Only what the page shows is set in a draft (`model_fields_set`). Raises `UnreadableDocument` when the
    bytes are no text, or the text no page.
    """
    lines = split_lines(decode(raw))
    masthead = read_masthead(lines)
    parts = parts_of(lines[2:])
    start = listing_start(parts)
    found = [Found(lines[0].number, article_draft(masthead, [part.line for part in parts[:start]]))]
    omitted: list[Omission] = []
    items = items_of(parts[start:])
    for item in islice(items, MAX_ITEMS):
        outcome = read_item(item)
        if isinstance(outcome, Found):
            found.append(outcome)
        else:
            omitted.append(outcome)
    beyond = next(items, None)
    if beyond:
        reason = f"a page lists no more than {MAX_ITEMS:,} items; the rest was left out"
        omitted.append(Omission(beyond[0].line.number, reason))
    return Reading(tuple(found), tuple(omitted))
