"""A feed's document, put together from its frame and from entries that were written once. Pure.

Its digest is made of the digests of its parts. To hash half a megabyte would take half of the time that the
first request after a change waits for its bytes.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.feed.feeds import atom, jsonfeed, rss
from services.feed.feeds.channel import Channel, Form
from services.feed.feeds.entry import Entry


class _Format(NamedTuple):
    """How a format writes: one entry, what stands before and behind all of them, and what between two."""

    entry: Callable[[Entry], bytes]
    frame: Callable[[Channel], tuple[bytes, bytes]]
    between: bytes


_FORMATS = {
    Form.RSS: _Format(rss.entry_bytes, rss.frame, b""),
    Form.ATOM: _Format(atom.entry_bytes, atom.frame, b""),
    Form.JSON: _Format(jsonfeed.entry_bytes, jsonfeed.frame, b","),
}


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry's bytes in one format, and what stands for them in a document's digest."""

    body: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: the same bytes always have the same digest (32 hexadecimal digits)."""

    body: bytes
    digest: str

    @property
    def etag(self) -> str:
        """The strong validator of the bytes."""
        return f'"{self.digest}"'


def write_entry(form: Form, entry: Entry) -> WrittenEntry:
    """Return the entry exactly as it stands inside any document of ours."""
    body = _FORMATS[form].entry(entry)
    return WrittenEntry(body, hashlib.sha256(body).digest())


def document_of(form: Form, channel: Channel, entries: Sequence[WrittenEntry]) -> Document:
    """Return the document with these entries, newest first."""
    written = _FORMATS[form]
    before, behind = written.frame(channel)
    parts = [part for entry in entries for part in (written.between, entry.body)][1:]
    body = b"".join((before, *parts, behind))
    frame = hashlib.sha256(before + behind).digest()
    digest = hashlib.sha256(b"".join((frame, *[entry.digest for entry in entries])))
    return Document(body, digest.hexdigest()[:32])
