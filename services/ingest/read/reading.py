"""What reading a document gives: the drafts found in it, and what had to be left out and why."""

from dataclasses import dataclass

from services.ingest.draft import ArticleDraft


class UnreadableDocument(Exception):  # noqa: N818 - names what it is, as the client is told
    """The document is no page at all; the message says the line and the reason."""


@dataclass(frozen=True)
class Omission:
    """A part of a document that was left out: its first line (from 1) and the reason in one sentence."""

    line: int
    reason: str


@dataclass(frozen=True)
class Found:
    """An article of a document and the line (from 1) on which its part begins."""

    line: int
    draft: ArticleDraft


@dataclass(frozen=True)
class Reading:
    """All that one document holds, in its own order; the article that the page is about comes first."""

    found: tuple[Found, ...]
    omitted: tuple[Omission, ...] = ()
