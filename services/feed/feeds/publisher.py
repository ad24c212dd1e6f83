"""Who publishes the feeds, and under which public address everything in them stands."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from urllib.parse import quote


@dataclass(frozen=True)
class Publisher:
    """The publisher as readers see it; `public_url` is the base of every link of ours in a feed.

    `description` says in a sentence what the publisher is; `zone` is the time zone in which pages for people
    give dates.
    """

    name: str
    public_url: str
    url: str | None = None
    description: str | None = None
    language: str = "en"
    zone: tzinfo = UTC

    def address(self, path: str) -> str:
        """Return the public URL of a path of the feed service; what is not ASCII is percent-encoded."""
        return self.public_url.rstrip("/") + quote(path, safe="/:~")

    @property
    def home_page(self) -> str:
        """The publisher's own site, or the page that lists the feeds when none is set."""
        return self.url or self.address("/")

    def article_page(self, article_id: str) -> str:
        """Return the address of our plain page for an article."""
        return self.address(f"/articles/{article_id}")
