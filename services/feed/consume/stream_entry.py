"""One entry of the stream and the event in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from shared.events import ArticleEvent
from shared.field_errors import field_errors
from shared.trail import Trail, trail_in

PAYLOAD_FIELD = b"__data__"
"""Where FastStream puts a message in an entry."""

GROUP_FIELD = b"group"
"""The one group that an entry is for, in an entry that was put back for it; the others pass it by."""


@dataclass(frozen=True)
class StreamEntry:
    """An entry as it stands on the stream: its id (`milliseconds-sequence`) and its fields."""

    id: bytes
    fields: Mapping[bytes, bytes]

    def is_for(self, group: str) -> bool:
        """Tell whether a group is to take the entry; most are for every group."""
        return self.fields.get(GROUP_FIELD, group.encode()) == group.encode()


@dataclass(frozen=True)
class Unreadable:
    """Why no event can be made of an entry: nothing will change that, however often it is tried."""

    reason: str


@dataclass(frozen=True)
class ReadEntry:
    """An entry with the event in it, and the trail that leads to it."""

    entry: StreamEntry
    event: ArticleEvent
    trail: Trail


def read_entry(entry: StreamEntry) -> ReadEntry | Unreadable:
    """Return the event of an entry, or why there is none. Raises nothing, whatever the bytes are."""
    message = entry.fields.get(PAYLOAD_FIELD)
    if message is None:
        return Unreadable(f"the entry has no field {PAYLOAD_FIELD.decode()}")
    # Here, since it loads all of FastStream: the web process reads an entry only to show a dead letter.
    from faststream.redis import BinaryMessageFormatV1  # noqa: PLC0415

    body, headers = BinaryMessageFormatV1.parse(message)
    try:
        return ReadEntry(entry, ArticleEvent.model_validate_json(body), trail_in(headers))
    except ValidationError as error:
        bad = "; ".join(f"{e['field']}: {e['message']}" for e in field_errors(error.errors()))
        return Unreadable(f"not an article event: {bad}"[:1000])


def read_event(entry: StreamEntry) -> ArticleEvent | Unreadable:
    """Return the event of an entry alone, or why there is none."""
    read = read_entry(entry)
    return read if isinstance(read, Unreadable) else read.event
