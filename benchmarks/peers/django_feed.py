"""The feed by Django's syndication framework: `python -m benchmarks.peers.django_feed ARTICLES.json TIMES`.

A `Feed` is the view, and a feed type of one's own adds what is missing, here the full text, as
https://docs.djangoproject.com/en/5.2/ref/contrib/syndication/ shows both. Prints the median milliseconds that
a whole answer takes, the articles being in memory.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.test import RequestFactory
from django.utils.feedgenerator import Rss201rev2Feed

_CONTENT = "http://purl.org/rss/1.0/modules/content/"


class FullTextFeed(Rss201rev2Feed):
    """RSS 2.0 with content:encoded."""

    def root_attributes(self) -> dict[str, str]:
        """Declare the namespace."""
        return {**super().root_attributes(), "xmlns:content": _CONTENT}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add the full text behind what every item has."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content_encoded"])


class ArticlesFeed(Feed):
    """The newest articles."""

    feed_type = FullTextFeed
    title = "All"
    link = "/"
    description = "All articles."

    def __init__(self, articles: list[dict[str, Any]]) -> None:
        self._articles = articles

    def items(self) -> list[dict[str, Any]]:
        """Return the articles."""
        return self._articles

    def item_title(self, item: dict[str, Any]) -> str:
        """Return an item's title."""
        return str(item["title"])

    def item_description(self, item: dict[str, Any]) -> str:
        """Return an item's summary."""
        return str(item["summary"])

    def item_link(self, item: dict[str, Any]) -> str:
        """Return where an item stands."""
        return str(item["url"])

    def item_guid(self, item: dict[str, Any]) -> str:
        """Return an item's lasting name."""
        return str(item["id"])

    item_guid_is_permalink = False

    def item_author_name(self, item: dict[str, Any]) -> str:
        """Return who wrote an item."""
        return ", ".join(author["name"] for author in item["authors"])

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        """Return when an item appeared."""
        return datetime.fromisoformat(item["published_at"])

    def item_categories(self, item: dict[str, Any]) -> list[str]:
        """Return an item's topics."""
        return list(item["topics"])

    def item_extra_kwargs(self, item: dict[str, Any]) -> dict[str, str]:
        """Hand the full text on to the feed type."""
        return {"content_encoded": item["content_html"]}


def main() -> None:
    """Time it."""
    settings.configure(ALLOWED_HOSTS=["news.example"], USE_TZ=True)
    django.setup()
    file, times = sys.argv[1:]
    articles = json.loads(Path(file).read_text())
    request = RequestFactory().get("/feed.xml", headers={"host": "news.example"})
    view, took = ArticlesFeed(articles), []
    for _ in range(int(times)):
        began = time.perf_counter()
        answer = view(request)
        took.append((time.perf_counter() - began) * 1000)
    if not all(article["url"] in answer.content.decode() for article in articles):
        raise AssertionError("an article is missing")
    print(median(took))


if __name__ == "__main__":
    main()
