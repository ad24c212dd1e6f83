"""What the publishers know to be accepted: the truth that everything else is held against."""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Piece:
    """One article as its publisher knows it. `revision` stands at the end of its title."""

    name: str
    topics: tuple[str, ...]
    id: str = ""
    revision: int = 0
    version: int = 0
    withdrawn: bool = False

    @property
    def title(self) -> str:
        """The title of the present revision."""
        return f"{self.name} · revision {self.revision}"


def revision_in(title: str) -> tuple[str, int] | None:
    """Return an article's name and revision from a title of ours, None for any other."""
    name, separator, revision = title.rpartition(" · revision ")
    return (name, int(revision)) if separator and revision.isdecimal() else None


@dataclass
class Ledger:
    """Every accepted change, with the time (monotonic) of its 202, and whatever should not have been."""

    pieces: dict[str, Piece] = field(default_factory=dict)
    accepted_at: dict[tuple[str, int], float] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    refusals: int = 0
    """Answers that said to come again."""

    def accepted(self, piece: Piece, version: int) -> None:
        """Note that this version of the article was accepted just now."""
        if version != piece.version + 1:
            self.complain(f"{piece.title}: version {version} was accepted after {piece.version}")
        piece.version = version
        self.pieces[piece.id] = piece
        self.accepted_at[piece.id, version] = time.monotonic()

    def complain(self, complaint: str) -> None:
        """Note what should not have been, and say so at once."""
        self.complaints.append(complaint)
        sys.stdout.write(f"          {complaint}\n")

    def versions_of(self, topics: Iterable[str]) -> set[tuple[str, int]]:
        """Return every accepted version of the articles on one of the topics; of all when none is given."""
        wanted = set(topics)
        return {
            (article_id, version)
            for article_id, version in self.accepted_at
            if not wanted or wanted & set(self.pieces[article_id].topics)
        }
