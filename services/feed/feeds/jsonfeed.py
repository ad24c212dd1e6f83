"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from typing import Any

from services.feed.feeds.channel import Channel
from services.feed.feeds.entry import Entry
from shared.article import Author
from shared.timestamps import rfc3339

_END = b"]}"


def entry_bytes(entry: Entry) -> bytes:
    """Return one item."""
    item: dict[str, Any] = {
        "id": entry.uri,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "language": entry.language,
        "tags": [category.term for category in entry.categories],
    }
    if entry.authors:
        item["authors"] = [_author(author) for author in entry.authors]
    if entry.image is not None:
        item["image"] = entry.image.url
    if entry.enclosures:
        item["attachments"] = [
            {"url": file.url, "mime_type": file.type, "size_in_bytes": file.length}
            for file in entry.enclosures
        ]
    item["_newswire"] = _beyond_the_standard(entry)
    return _written(item)


def frame(channel: Channel) -> tuple[bytes, bytes]:
    """Return what stands before and behind the items of a document."""
    author = {"name": channel.author_name}
    if channel.author_url:
        author["url"] = channel.author_url
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home_page,
        "feed_url": channel.self_url,
        **({"next_url": channel.history.older} if channel.history.older else {}),
        "description": channel.description,
        "language": channel.language,
        "authors": [author],
        "items": [],
    }
    return _written(head).removesuffix(_END), _END


def _author(author: Author) -> dict[str, str]:
    return {"name": author.name, "url": author.url} if author.url else {"name": author.name}


def _beyond_the_standard(entry: Entry) -> dict[str, Any]:
    """Return what the standard has no members for, as an extension of our own."""
    ours: dict[str, Any] = {"kind": entry.kind.value}
    if entry.outlet is not None:
        ours["outlet"] = entry.outlet.model_dump(exclude_none=True)
    if entry.rights is not None:
        ours["rights"] = entry.rights.model_dump(exclude_none=True)
    if entry.image is not None and (entry.image.alt or entry.image.credit):
        ours["image"] = entry.image.model_dump(exclude_none=True)
    if entry.corrections:
        ours["corrections"] = [{"at": rfc3339(one.at), "note": one.note} for one in entry.corrections]
    return ours


def _written(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
