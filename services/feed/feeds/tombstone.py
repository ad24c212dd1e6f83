"""What an Atom feed says of an article that was withdrawn (RFC 6721), so that readers drop their copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.feed.feeds.printable import printable
from shared.identifiers import article_uri
from shared.timestamps import from_epoch_ms


@dataclass(frozen=True)
class Tombstone:
    """The permanent URI of the entry that is gone, since when, and why if that was said."""

    uri: str
    when: datetime
    comment: str | None = None


def tombstones_of(withdrawn: Mapping[str, int], reasons: Mapping[str, str | None]) -> tuple[Tombstone, ...]:
    """Return a tombstone for each article in `withdrawn` (id → ms since 1970) that `reasons` knows as gone.

    The others were restored while the two were read.
    """
    return tuple(
        Tombstone(article_uri(article_id), from_epoch_ms(when).replace(microsecond=0), printable(reason))
        for article_id, when in withdrawn.items()
        if article_id in reasons
        for reason in (reasons[article_id],)
    )
