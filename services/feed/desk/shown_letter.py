"""A dead letter as the API and the pages show it. Pure."""

import base64
from datetime import datetime
from typing import Any

from services.feed.consume.dead_letter_search import FoundLetter
from services.feed.consume.stream_entry import PAYLOAD_FIELD, StreamEntry, Unreadable, read_event
from shared.article import Frozen


class ShownLetter(Frozen):
    """A dead letter. What is told of its event is null when none could be read in it."""

    id: str
    group: str
    stream: str
    at: datetime
    reason: str
    attempts: int
    event_id: str | None
    type: str | None
    article_id: str | None
    title: str | None


class LetterWithEvent(ShownLetter):
    """A dead letter with its event, or with its bytes in base64 when there is no event in them."""

    event: dict[str, Any] | None
    payload: str | None


class ShownLetters(Frozen):
    """Some letters, the newest first; `cursor` asks for older ones, null when there are none.

    Where few among many are wanted a page may be short, or empty, and still have a cursor.
    """

    dead_letters: tuple[ShownLetter, ...]
    cursor: str | None


def shown(letter: FoundLetter) -> ShownLetter:
    """Return the letter as it is shown."""
    return ShownLetter(
        id=letter.place.name,
        group=letter.place.shelf.group,
        stream=letter.place.shelf.stream,
        at=letter.at,
        reason=letter.reason,
        attempts=letter.attempts,
        event_id=letter.event_id or None,
        type=letter.type or None,
        article_id=letter.article_id or None,
        title=letter.title or None,
    )


def with_event(letter: FoundLetter, payload: bytes) -> LetterWithEvent:
    """Return the letter as it is shown with its event."""
    event = read_event(StreamEntry(letter.entry.encode(), {PAYLOAD_FIELD: payload}))
    told = shown(letter).model_dump()
    if isinstance(event, Unreadable):
        return LetterWithEvent(**told, event=None, payload=base64.b64encode(payload).decode())
    return LetterWithEvent(**told, event=event.model_dump(mode="json"), payload=None)
