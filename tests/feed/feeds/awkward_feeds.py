"""The awkward articles, accepted as ingest accepts them, as one feed in each format.

Run as a program it prints a digest per format, so that a test can compare what another process writes.
"""

import hashlib
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

from services.feed.feeds.channel import Channel, Form, channel_of
from services.feed.feeds.document import document_of, write_entry
from services.feed.feeds.entry import Entry, entry_of
from services.feed.feeds.selection import ALL
from services.ingest.body import parse_json
from services.ingest.draft import read_article
from services.ingest.merge import new_article
from services.ingest.sanitise import clean_html
from shared.article import Article
from tests.awkward import AWKWARD
from tests.builders import NOON
from tests.feed.feeds.articles import PUBLISHER

BERLIN = ZoneInfo("Europe/Berlin")


def accepted(article_id: str, posted: object) -> Article:
    """Return what ingest makes of a posted article; raises pydantic's `ValidationError` as it does."""
    draft = read_article(parse_json(json.dumps(posted).encode()))
    if draft.content_html is not None:
        base_url = draft.url or (draft.outlet.url if draft.outlet else None)
        draft = draft.model_copy(update={"content_html": clean_html(draft.content_html, base_url)})
    return new_article(draft.id or article_id, draft, BERLIN)


def awkward_entries() -> dict[str, Entry]:
    """Return the entry of each article, by the name of its oddity."""
    entries = {}
    for name, posted in AWKWARD.items():
        article = accepted(f"awkward-{name}", posted)
        changed_at = article.updated_at or article.ordered_at(NOON) + timedelta(seconds=1)
        entries[name] = entry_of(article, NOON, changed_at, PUBLISHER)
    return entries


def a_channel(form: Form) -> Channel:
    """Return the head of the feed of everything."""
    return channel_of(PUBLISHER, ALL, form, title="All articles", updated=NOON)


def feed_of(form: Form, *entries: Entry) -> bytes:
    """Return a feed with these entries."""
    return document_of(form, a_channel(form), [write_entry(form, entry) for entry in entries]).body


def digest_of(document: bytes) -> str:
    """Return what stands for a document that is too large to be kept."""
    return hashlib.sha256(document).hexdigest()


def main() -> None:
    """Print the digests of the awkward articles' feed."""
    entries = awkward_entries().values()
    print(json.dumps({form: digest_of(feed_of(form, *entries)) for form in Form}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
