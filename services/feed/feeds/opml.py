"""OPML 2.0 (https://opml.org/spec2.opml): all feeds in one file, for readers that import a list."""

from collections.abc import Sequence

from lxml import etree

from services.feed.feeds.channel import Form, feed_address, feed_title
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.publisher import Publisher

MEDIA_TYPE = "text/x-opml"

GROUP_TITLES = {
    "all": "Everything",
    "custom": "Collections",
    "kind": "Kinds",
    "topic": "Topics",
    "author": "Authors",
    "outlet": "Outlets",
}


def opml(feeds: Sequence[ListedFeed], publisher: Publisher) -> bytes:
    """Return the list of feeds, one folder for each group."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = f"Feeds of {publisher.name}"
    body = etree.SubElement(root, "body")
    for group, title in GROUP_TITLES.items():
        members = [feed for feed in feeds if feed.group == group]
        folder = body if group == "all" or not members else etree.SubElement(body, "outline", text=title)
        for feed in members:
            name = feed_title(publisher, feed.selection, feed.title)
            etree.SubElement(
                folder,
                "outline",
                type="rss",
                text=name,
                title=name,
                xmlUrl=feed_address(publisher, feed.selection, Form.RSS),
                htmlUrl=publisher.home_page,
            )
    whole: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return whole
