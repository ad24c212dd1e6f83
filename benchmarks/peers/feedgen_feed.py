"""The feed by feedgen as its README shows: https://github.com/lkiesow/python-feedgen.

Authors go through its Dublin Core extension, since RSS's own element wants their e-mail addresses.
"""

from collections.abc import Iterable
from typing import Any

from feedgen.feed import FeedGenerator

from shared.article import Article


def written(articles: Iterable[Article]) -> bytes:
    """Return RSS with summary, full text, authors, date and topics of each."""
    generator: Any = FeedGenerator()
    generator.load_extension("dc", atom=False)
    generator.title("All")
    generator.description("All articles.")
    generator.link(href="https://news.example/", rel="alternate")
    generator.language("en")
    for article in articles:
        entry = generator.add_entry(order="append")
        entry.guid(article.id, permalink=False)
        entry.title(article.title)
        entry.link(href=article.url)
        entry.description(article.summary)
        entry.content(article.content_html)
        entry.dc.dc_creator([author.name for author in article.authors])
        entry.pubDate(article.published_at)
        entry.category([{"term": topic} for topic in article.topics])
    document: bytes = generator.rss_str()
    return document
